import { isDeepStrictEqual } from 'node:util';
import { serverFrames } from '@causerie/api';
import { WebSocket } from 'ws';

export type Told = { type: string; id?: number; [field: string]: unknown };

/** A client of the live socket, as anybody would write one. */
export type LiveClient = {
  socket: WebSocket;
  /** All that was told, in order. */
  told: Told[];
  say(content: object | string): void;
  /** Says it under a name of its own, and gives the frame that answers it. */
  ask(content: { type: string; [field: string]: unknown }): Promise<Told>;
  /** Resolves with the first frame, from the beginning, that is such a one. */
  hear(matches: (told: Told) => boolean): Promise<Told>;
  closed: Promise<{ code: number; reason: string }>;
  leave(): void;
};

/** Throws when a frame is not as the contract says, or says more. */
function compareWithContract(frame: Told): void {
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
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    const frame: Told = JSON.parse(String(data));
    compareWithContract(frame);
    told.push(frame);
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
  const say = (content: object | string) =>
    socket.send(typeof content === 'string' ? content : JSON.stringify(content));
  const hear = (matches: (told: Told) => boolean) =>
    new Promise<Told>((resolve) => {
      const look = () => {
        const found = told.find(matches);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    socket,
    told,
    say,
    hear,
    ask(content) {
      const id = ++names;
      say({ ...content, id });
      return hear((each) => each.id === id && answers.has(each.type));
    },
    closed,
    leave: () => socket.terminate(),
  };
}

/** A socket that has said hello, without a list unless a cursor is given. */
export async function connect(
  port: number,
  token: string,
  hello: { cursor?: string | null } = {},
): Promise<LiveClient> {
  const client = await openSocket(port, { token });
  await client.ask({ type: 'hello', protocol: 1, ...hello });
  return client;
}
