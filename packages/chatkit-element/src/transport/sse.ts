/** One server-sent event. `id` is absent until the stream names one. */
export type Frame = { data: string; id?: string };

/**
 * Reads server-sent events from bytes that arrive cut anywhere: inside a line, between CR and LF, or inside one UTF-8
 * character. Follows the HTML standard (BOM, CR, LF and CRLF, comments, several `data` lines), except that event names
 * are not kept: ChatKit has none. A frame that the stream did not finish is dropped, as the standard says.
 */
export class SseParser {
  readonly #decoder = new TextDecoder();
  readonly #onFrame: (frame: Frame) => void;
  /** Pieces of the line that has not ended yet. Joined once, so a long line in many chunks costs its length only. */
  #line: string[] = [];
  #data: string[] = [];
  #id: string | undefined;
  #afterCarriageReturn = false;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  push(bytes: Uint8Array): void {
    this.#read(this.#decoder.decode(bytes, { stream: true }));
  }

  #read(text: string): void {
    let start = 0;
    if (this.#afterCarriageReturn && text) {
      if (text[0] === '\n') start = 1;
      this.#afterCarriageReturn = false;
    }
    // CR is searched for once: most streams have none, and a search to the end for each line would be quadratic.
    let carriage = text.indexOf('\r', start);
    for (;;) {
      if (carriage >= 0 && carriage < start) carriage = text.indexOf('\r', start);
      const feed = text.indexOf('\n', start);
      const end = feed < 0 || carriage < 0 ? Math.max(feed, carriage) : Math.min(feed, carriage);
      if (end < 0) {
        if (start < text.length) this.#line.push(start ? text.slice(start) : text);
        return;
      }
      const tail = text.slice(start, end);
      this.#endOfLine(this.#line.length ? this.#line.join('') + tail : tail);
      this.#line = [];
      start = end + 1;
      if (text[end] === '\r') {
        if (start === text.length) this.#afterCarriageReturn = true;
        else if (text[start] === '\n') start++;
      }
    }
  }

  #endOfLine(line: string): void {
    if (line === '') {
      if (this.#data.length) {
        const frame: Frame = { data: this.#data.join('\n') };
        if (this.#id !== undefined) frame.id = this.#id;
        this.#data = [];
        this.#onFrame(frame);
      }
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value[0] === ' ') value = value.slice(1);
    if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
  }
}
