import { ChatKitError } from '../protocol/errors.ts';

/** The default limit of a request's body, in bytes. */
export const defaultBodyLimit = 1024 * 1024;

/** Collects a body's chunks up to a limit. Throws a ChatKitError `payload_too_large` (413) beyond it. */
export class LimitedBody {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(limit: number, announced: string | null | undefined) {
    this.#limit = limit;
    this.#check(Number(announced ?? 0));
  }

  add(chunk: Uint8Array): void {
    this.#size += chunk.byteLength;
    this.#check(this.#size);
    this.#chunks.push(chunk);
  }

  bytes(): Uint8Array {
    const body = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      body.set(chunk, at);
      at += chunk.byteLength;
    }
    return body;
  }

  #check(size: number): void {
    if (size > this.#limit) {
      throw new ChatKitError('payload_too_large', `The body is larger than ${this.#limit} bytes`);
    }
  }
}
