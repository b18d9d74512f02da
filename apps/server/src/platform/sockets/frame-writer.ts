import type { Socket } from 'node:net';
import * as ws from 'ws';
import { takenOf } from './taken-of.ts';

/** A WebSocket frame as it goes over the line: made once, written to as many sockets as are to have it. */
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

/** Turns of the event loop, as far as anything is written in them. */
let turn = 0;
let isTurnOpen = false;
const corked: Socket[] = [];
function endTurn(): void {
  turn++;
  isTurnOpen = false;
  for (const socket of corked.splice(0)) socket.uncork();
}

/**
 * Writes ready frames to one socket: a third more of them in the same time than `send`, which frames each anew. The one place
 * that goes past `ws`. It may, since nothing is compressed: then `ws` writes at once and in order too, to the same stream.
 *
 * The first frame of a turn of the event loop leaves at once, the others of that turn together at its end.
 */
export class FrameWriter {
  readonly #socket: ws.WebSocket;
  readonly #stream: Socket;
  /** False where `ws` itself has something to do to each message. */
  readonly #isPlain: boolean;
  #turn = -1;
  #isCorked = false;

  /** @param stream the connection that the socket was made of */
  constructor(socket: ws.WebSocket, stream: Socket) {
    this.#socket = socket;
    this.#stream = stream;
    this.#isPlain = socket.extensions === '';
  }

  write(frame: Frame): void {
    if (this.#socket.readyState !== ws.WebSocket.OPEN) return;
    if (!this.#isPlain) {
      this.#socket.send(payloadOf(frame), { binary: false });
      return;
    }
    if (this.#turn !== turn) {
      this.#turn = turn;
      this.#isCorked = false;
      if (!isTurnOpen) {
        isTurnOpen = true;
        setImmediate(endTurn);
      }
    } else if (!this.#isCorked) {
      this.#isCorked = true;
      this.#stream.cork();
      corked.push(this.#stream);
    }
    this.#stream.write(frame);
  }

  /** Bytes that wait here for the system to take them. */
  get buffered(): number {
    return this.#socket.bufferedAmount;
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
