/** What recorders can make, best first; the server is told which it was. */
const formats = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

export type Recording = { base64: string; mimeType: string };

/** Records from the microphone until told to finish. Rejects when the person or the browser does not allow it. */
export class Recorder {
  readonly #stream: MediaStream;
  readonly #recorder: MediaRecorder;
  readonly #pieces: Blob[] = [];

  private constructor(stream: MediaStream) {
    this.#stream = stream;
    const mimeType = formats.find((format) => MediaRecorder.isTypeSupported(format));
    this.#recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
    this.#recorder.ondataavailable = ({ data }) => this.#pieces.push(data);
    this.#recorder.start(1000);
  }

  static async start(): Promise<Recorder> {
    if (!navigator.mediaDevices || typeof MediaRecorder === 'undefined') throw new Error('This browser cannot record.');
    return new Recorder(await navigator.mediaDevices.getUserMedia({ audio: true }));
  }

  async finish(): Promise<Recording> {
    const stopped = new Promise<void>((resolve) => {
      this.#recorder.onstop = () => resolve();
    });
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    else this.#recorder.onstop?.(new Event('stop'));
    await stopped;
    this.cancel();
    const mimeType = this.#recorder.mimeType || formats[0]!;
    return { base64: await asBase64(new Blob(this.#pieces, { type: mimeType })), mimeType };
  }

  /** Gives the microphone back; nothing of what was said is kept. */
  cancel(): void {
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    for (const track of this.#stream.getTracks()) track.stop();
  }
}

async function asBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = '';
  // In pieces: a spread of a whole recording would overflow the stack.
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
