/**
 * WebSocket frames (RFC 6455) as a client reads and writes them, for a reader of thousands of sockets that must be cheaper
 * than what it measures. Fragments are taken for frames of their own.
 */

export const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;

/** One frame from a client: masked, as it must be, with a key that changes nothing. */
export function clientFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 8) head.writeUInt16BE(length, 2);
  if (head.length === 14) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

const nothing = Buffer.alloc(0);

/** Cuts what a server sends into frames. What `onFrame` is given of the bytes is valid only until it returns. */
export class FrameReader {
  #rest: Buffer = nothing;
  readonly #onFrame: (opcode: number, bytes: Buffer, start: number, end: number) => void;

  constructor(onFrame: (opcode: number, bytes: Buffer, start: number, end: number) => void) {
    this.#onFrame = onFrame;
  }

  read(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= 2) {
      const short = bytes[at + 1]! & 0x7f;
      const start = at + (short === 126 ? 4 : short === 127 ? 10 : 2);
      if (bytes.length < start) break;
      const length =
        short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
      if (bytes.length < start + length) break;
      this.#onFrame(bytes[at]! & 0x0f, bytes, start, start + length);
      at = start + length;
    }
    // Copied: the bytes are the socket's, who reads the next ones into the same place.
    this.#rest = at === bytes.length ? nothing : Buffer.from(bytes.subarray(at));
  }
}
