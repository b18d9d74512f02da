import { OutboundError } from '../../outbound/index.ts';

/** A JSON object off the wire: anything may be in it. */
// biome-ignore lint/suspicious/noExplicitAny: the point of these files is to believe none of it
export type JsonObject = Record<string, any>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What came of a reply's body: events one after another, and how they ended; or one document, from a server that does not stream. */
export type Body = {
  /** The events, those of one packet together. Fails behind them when the body breaks off or is no JSON. */
  batches: AsyncGenerator<JsonObject[], void, undefined>;
  /** Whether `[DONE]` was read: known when `batches` has ended. */
  saidDone: boolean;
  /** The document, once `batches` has ended without an event. */
  document: JsonObject | undefined;
};

/** No document of a server that does not stream is this long. */
const maxDocumentCharacters = 16 * 1024 * 1024;

/**
 * Reads a reply by what it is, whatever its content type says: the JSON of a server-sent event stream's data (WHATWG HTML
 * §9.2.6) up to `[DONE]` or the end, or one JSON document. A last event without its blank line counts when it is whole
 * JSON, since half of an object never is.
 */
export function readBody(stream: ReadableStream<Uint8Array>): Body {
  const body: Body = { batches: read(), saidDone: false, document: undefined };
  return body;

  async function* read(): AsyncGenerator<JsonObject[], void, undefined> {
    const decoder = new TextDecoder();
    // The beginning of a line whose end has not come; in pieces, so that a very long one is joined only once.
    let pieces: string[] = [];
    let data: string[] = [];
    let isDocument: boolean | undefined;
    let batch: JsonObject[] = [];
    let failure: unknown;

    /** Takes the data of one event; false when nothing behind it matters. */
    const take = (): boolean => {
      const text = data.length === 1 ? data[0]! : data.join('\n');
      data = [];
      if (text.trim() === '[DONE]') {
        body.saidDone = true;
        return false;
      }
      try {
        batch.push(parse(text));
      } catch (error) {
        failure = error;
        return false;
      }
      return true;
    };

    let open = true;
    for await (const chunk of stream) {
      const text = decoder.decode(chunk, { stream: true });
      if (isDocument === undefined && text.trim() !== '') isDocument = /^[[{]/.test(text.trimStart());
      if (isDocument) {
        pieces.push(text);
        continue;
      }
      const lines = text.split('\n');
      const rest = lines.pop()!;
      for (const [index, end] of lines.entries()) {
        let line = end;
        if (index === 0 && pieces.length > 0) {
          line = pieces.join('') + end;
          pieces = [];
        }
        if (line.endsWith('\r')) line = line.slice(0, -1);
        if (line.startsWith('data:')) data.push(line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5));
        if (line !== '' || data.length === 0) continue;
        open = take();
        if (!open) break;
      }
      if (batch.length > 0) {
        const ready = batch;
        batch = [];
        yield ready;
      }
      if (failure) throw failure;
      if (!open) return;
      pieces.push(rest);
    }
    const rest = pieces.join('');
    if (isDocument) {
      if (rest.length > maxDocumentCharacters) throw new OutboundError('garbage', 'the answer does not end');
      body.document = parse(rest);
      return;
    }
    if (rest.startsWith('data:')) data.push(rest.slice(5).trim());
    if (data.length === 0) return;
    take();
    if (failure) throw new OutboundError('cut', 'ended within an event', failure);
    if (batch.length > 0) yield batch;
  }
}

function parse(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OutboundError('garbage', 'what came is no JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw new OutboundError('garbage', 'an event is no object');
  return value as JsonObject;
}
