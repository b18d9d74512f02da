import { isDeepStrictEqual } from 'node:util';
import { serverFrames } from '@causerie/api';
import { WebSocket } from 'ws';

export type ReceivedFrame = { type: string; id?: number; [field: string]: unknown };

/** A client of the live socket, as an application would write one. */
export type LiveClient = {
  socket: WebSocket;
  /** All received frames, in order. */
  received: ReceivedFrame[];
  send(content: object | string): void;
  /** Sends a request with an id of its own, and resolves with the frame that answers it. */
  ask(content: { type: string; [field: string]: unknown }): Promise<ReceivedFrame>;
  /** Resolves with the first matching frame, from the beginning. */
  waitFor(matches: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame>;
  closed: Promise<{ code: number; reason: string }>;
  leave(): void;
};

/** Throws when a frame breaks the contract, or has fields beyond it. */
function compareWithContract(frame: ReceivedFrame): void {
  const schema = Object.entries(serverFrames).find(([type]) => type === frame.type)?.[1];
  if (!schema) throw new Error(`${frame.type} is no frame of the contract`);
  const read = schema.parse(frame);
  if (!isDeepStrictEqual(read, frame)) throw new Error(`says more than the contract: ${JSON.stringify(frame)}`);
}

const answers = new Set(['hello', 'pong', 'opened', 'limited', 'closed', 'resumed', 'done', 'error']);

/** Opens a socket; rejects with the status of a refusal. */
export async function openSocket(
  port: number,
  {
    token,
    path = '/ws/live',
    headers = {},
    protocols = [],
  }: { token?: string; path?: string; headers?: Record<string, string>; protocols?: string[] } = {},
): Promise<LiveClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
  });
  const received: ReceivedFrame[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    const frame: ReceivedFrame = JSON.parse(String(data));
    compareWithContract(frame);
    received.push(frame);
    for (const look of [...waiting]) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      reject(Object.assign(new Error(`refused with ${response.statusCode}`), { status: response.statusCode }));
    });
    socket.on('error', reject);
  });
  let names = 0;
  const send = (content: object | string) =>
    socket.send(typeof content === 'string' ? content : JSON.stringify(content));
  const waitFor = (matches: (frame: ReceivedFrame) => boolean) =>
    new Promise<ReceivedFrame>((resolve) => {
      const look = () => {
        const found = received.find(matches);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    socket,
    received,
    send,
    waitFor,
    ask(content) {
      const id = ++names;
      send({ ...content, id });
      return waitFor((each) => each.id === id && answers.has(each.type));
    },
    closed,
    leave: () => socket.terminate(),
  };
}

/** Opens a socket and sends `hello`, without a list unless a cursor is given. */
export async function connect(
  port: number,
  token: string,
  hello: { cursor?: string | null } = {},
): Promise<LiveClient> {
  const client = await openSocket(port, { token });
  await client.ask({ type: 'hello', protocol: 1, ...hello });
  return client;
}
