import http from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reader } from './reader.ts';

/** How a client reads an answer, and how it comes back when its connection is gone. */
export type Reading = {
  token: string;
  /** Where the next connection goes to. */
  server(): string;
  /** The request, as `POST /api/chatkit` takes it, and its name. Without one, `reader.threadId` is followed. */
  request?: { body: object; key: string };
  /** How many bytes of the next connection are read before it is dropped; never, by default. */
  dropAfter?(): number;
  /** Whether the next return is to ask again by key rather than follow the thread; needs a request. */
  asksAgain?(): boolean;
  /** Gives up, wherever it stands. */
  signal?: AbortSignal;
};

/** How a reading went: its connections, those it dropped, and those in which something wrong was shown. */
export type ReadingEnd = { connections: number; drops: number; garbled: number };

/** How long a client waits before it comes back where it was refused or cut off once more; the first time, it comes at once. */
const returnMs = 100;

/**
 * Reads an answer into `reader` until a stream tells that there is no more, or `signal` gives up: drops connections at any
 * byte, comes back with the number of the last event it has, and forgets what it has of an event that broke off, as a
 * browser does. Rejects when it is refused for good.
 */
export async function readAnswer(reader: Reader, reading: Reading): Promise<ReadingEnd> {
  const end: ReadingEnd = { connections: 0, drops: 0, garbled: 0 };
  let cuts = 0;
  for (;;) {
    const asks = reader.threadId === '' || end.connections === 0 || reading.asksAgain?.();
    const before = reader.faults.length;
    const outcome = await connect(reader, reading, (asks && reading.request) || null);
    end.connections++;
    if (reader.faults.length > before) end.garbled++;
    if (outcome === 'over' || reading.signal?.aborted) return end;
    if (outcome === 'dropped') end.drops++;
    else if (cuts++ > 0) await sleep(returnMs);
  }
}

type Outcome = 'over' | 'dropped' | 'cut';

/** One connection, to its end. */
function connect(reader: Reader, reading: Reading, request: Reading['request'] | null): Promise<Outcome> {
  const { token, signal } = reading;
  let left = reading.dropAfter?.() ?? Infinity;
  const path = request ? '/api/chatkit' : `/api/chatkit/threads/${reader.threadId}/stream?until=idle`;
  const headers: http.OutgoingHttpHeaders = { authorization: `Bearer ${token}`, 'causerie-resume': '1' };
  if (request) Object.assign(headers, { 'content-type': 'application/json', 'idempotency-key': request.key });
  else headers['last-event-id'] = String(reader.lastEvent);
  return new Promise((resolve, reject) => {
    const call = http.request(
      reading.server() + path,
      { method: request ? 'POST' : 'GET', agent: false, headers, signal },
      (response) => {
        const decoder = new StringDecoder('utf8');
        let text = '';
        let isOver = true;
        const { statusCode: status = 0 } = response;
        response.on('data', (chunk: Buffer) => {
          // What was on its way when it was dropped.
          if (left <= 0) return;
          text += decoder.write(left < chunk.length ? chunk.subarray(0, left) : chunk);
          left -= chunk.length;
          if (status === 200) {
            const frames = text.split('\n\n');
            text = frames.pop()!;
            for (const frame of frames) {
              // A server that stops sends its followers to another.
              if (frame.startsWith('retry:')) isOver = false;
              reader.take(frame);
            }
          }
          if (left > 0) return;
          resolve('dropped');
          response.destroy();
        });
        response.on('error', () => {});
        response.on('close', () => {
          if (status >= 500 || signal?.aborted) resolve('cut');
          else if (status !== 200) reject(new Error(`HTTP ${status} ${text}`));
          else resolve(response.complete && isOver ? 'over' : 'cut');
        });
      },
    );
    call.on('error', () => resolve('cut'));
    call.end(request ? JSON.stringify(request.body) : undefined);
  });
}
