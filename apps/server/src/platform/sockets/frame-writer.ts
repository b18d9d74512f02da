import type { Socket } from 'node:net';
import * as ws from 'ws';
import { takenOf } from './taken-of.ts';

/** A WebSocket frame as sent over the connection: encoded once, written to any number of sockets. */
export type Frame = Buffer;

/** Public in `ws`, and missing in its types: the parts of a frame (RFC 6455, 5.2). */
const { Sender } = ws as unknown as {
  Sender: { frame(data: Buffer, options: { fin: boolean; opcode: number; mask: boolean; rsv1: boolean }): Buffer[] };
};

/** A text message of one frame, unmasked, as servers send them. */
export const frameOf = (text: string): Frame =>
  Buffer.concat(Sender.frame(Buffer.from(text), { fin: true, opcode: 1, mask: false, rsv1: false }));

/** What was framed: for a socket that frames by itself. */
function payloadOf(frame: Frame): Buffer {
  const length = frame[1]!;
  return frame.subarray(length === 127 ? 10 : length === 126 ? 4 : 2);
}

/** Those with something to write once what happens now is over. */
let waiting: FrameWriter[] = [];

function flushAll(): void {
  const writers = waiting;
  waiting = [];
  for (const writer of writers) writer.flush();
}

/** More than this is not copied to be one piece. */
const mostJoined = 64 * 1024;

/** Frames as one piece. Many readers in a row have the same to read: it is joined once for all of them. */
function join(frames: readonly Frame[]): Buffer {
  if (frames.length === 1) return frames[0]!;
  const isSame = frames.length === joined.frames.length && frames.every((frame, at) => frame === joined.frames[at]);
  if (!isSame) joined = { frames, bytes: Buffer.concat(frames) };
  return joined.bytes;
}
let joined: { frames: readonly Frame[]; bytes: Buffer } = { frames: [], bytes: Buffer.alloc(0) };

/**
 * Writes encoded frames to one socket. It is the only code that bypasses `ws`, whose `send` frames each message anew for
 * each socket and makes two system calls. That is safe, since nothing is compressed: `ws` then writes to the same stream at
 * once and in order.
 *
 * Frames that are written in one go, such as the events of one read of the log, leave together as soon as that is over: the
 * system call is most of the cost of a small message.
 */
export class FrameWriter {
  readonly #socket: ws.WebSocket;
  readonly #stream: Socket;
  /** False where `ws` itself has something to do to each message. */
  readonly #isPlain: boolean;
  #frames: Frame[] = [];
  #bytes = 0;

  /** @param stream the connection that the socket was made of */
  constructor(socket: ws.WebSocket, stream: Socket) {
    this.#socket = socket;
    this.#stream = stream;
    this.#isPlain = socket.extensions === '';
  }

  write(frame: Frame): void {
    if (this.#frames.length === 0) {
      if (waiting.length === 0) process.nextTick(flushAll);
      waiting.push(this);
    }
    this.#frames.push(frame);
    this.#bytes += frame.length;
  }

  /** Lets go of what was written; before a socket is closed, since nothing may follow that. */
  flush(): void {
    const frames = this.#frames;
    const bytes = this.#bytes;
    if (frames.length === 0) return;
    this.#frames = [];
    this.#bytes = 0;
    if (this.#socket.readyState !== ws.WebSocket.OPEN) return;
    if (!this.#isPlain) for (const frame of frames) this.#socket.send(payloadOf(frame), { binary: false });
    else if (bytes <= mostJoined) this.#stream.write(join(frames));
    else {
      this.#stream.cork();
      for (const frame of frames) this.#stream.write(frame);
      this.#stream.uncork();
    }
  }

  /** Bytes that wait here for the system to take them. */
  get buffered(): number {
    return this.#bytes + this.#socket.bufferedAmount;
  }

  /** Bytes that the system has taken so far. */
  get taken(): number {
    return takenOf(this.#stream);
  }

  /** Calls back each time everything has left that had to wait. */
  onDrain(listener: () => void): void {
    this.#stream.on('drain', listener);
  }
}
