/** The formats that recorders make, best first. The request names the one that was used. */
const formats = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

export type Recording = { base64: string; mimeType: string };

/** Records from the microphone. `start` rejects when the person or the browser does not allow it. */
export class Recorder {
  readonly #stream: MediaStream;
  readonly #recorder: MediaRecorder;
  readonly #pieces: Blob[] = [];
  #sound: { context: AudioContext; analyser: AnalyserNode; samples: Float32Array<ArrayBuffer> } | undefined;

  constructor(stream: MediaStream) {
    this.#stream = stream;
    const mimeType = formats.find((format) => MediaRecorder.isTypeSupported(format));
    this.#recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
    this.#recorder.ondataavailable = ({ data }) => this.#pieces.push(data);
    this.#recorder.start(1000);
    try {
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(stream).connect(analyser);
      this.#sound = { context, analyser, samples: new Float32Array(analyser.fftSize) };
    } catch {
      // The recording works without its level.
    }
  }

  /** The loudness now, from 0 to 1; speech near the microphone is about 0.5. */
  level(): number {
    if (!this.#sound) return 0;
    const { analyser, samples } = this.#sound;
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // Loudness is heard in ratios: 60 dB below full counts as silence.
    return power > 0 ? Math.min(1, Math.max(0, 1 + (10 * Math.log10(power)) / 60)) : 0;
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

  /** Releases the microphone and drops the recording. */
  cancel(): void {
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    for (const track of this.#stream.getTracks()) track.stop();
    void this.#sound?.context.close().catch(() => {});
    this.#sound = undefined;
  }
}

async function asBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = '';
  // A spread of a whole recording would overflow the stack, so it goes in pieces.
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
