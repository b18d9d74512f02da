import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** An answer that may still be arriving. */
export type Reply = {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body so far. */
  text(): string;
  /** Resolves with the body so far once it holds `part`; rejects when the answer ends without it. */
  until(part: string): Promise<string>;
  /** The whole body. Rejects when the connection breaks off. */
  whole: Promise<string>;
  json<T>(): Promise<T>;
  leave(): void;
};

export type Call = { method?: string; body?: unknown; headers?: Record<string, string> };

/** Where a caller calls: with a certificate, over TLS under the name it is for. */
export type Place = { port: number; certificate?: string; host?: string };

/** One request over a connection of its own. Not `fetch`: the name, the certificate and the moment of each byte matter. */
export function call(place: Place, path: string, { method, body, headers = {} }: Call = {}): Promise<Reply> {
  const payload = body === undefined || Buffer.isBuffer(body) ? (body as Buffer | undefined) : JSON.stringify(body);
  const name = place.host ?? (place.certificate ? 'chat.example.com' : `127.0.0.1:${place.port}`);
  const options: RequestOptions & { ca?: string; servername?: string } = {
    host: '127.0.0.1',
    port: place.port,
    path,
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    agent: false,
    headers: {
      host: name,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(place.certificate ? { ca: place.certificate, servername: name } : {}),
  };
  return new Promise((resolve, reject) => {
    const outgoing = (place.certificate ? requestHttps : requestHttp)(options, (message) => resolve(replyOf(message)));
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

function replyOf(message: IncomingMessage): Reply {
  let text = '';
  const waiting = new Set<() => void>();
  message.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const look of [...waiting]) look();
  });
  const whole = new Promise<string>((resolve, reject) => {
    message.on('end', () => resolve(text)).on('error', reject);
    message.on('close', () => (message.complete ? undefined : reject(new Error('the answer broke off'))));
  });
  whole.catch(() => {});
  return {
    status: message.statusCode!,
    headers: message.headers,
    text: () => text,
    whole,
    until: (part) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!text.includes(part)) return;
          waiting.delete(look);
          resolve(text);
        };
        waiting.add(look);
        look();
        const over = () => reject(new Error(`ended without ${part}: ${text}`));
        whole.then(() => (text.includes(part) ? undefined : over()), over);
      }),
    json: async <T>() => JSON.parse(await whole) as T,
    leave: () => void message.destroy(),
  };
}

/** Creates an account and gives the header that signs its requests. */
export async function signUp(place: Place, name: string): Promise<Record<string, string>> {
  const reply = await call(place, '/api/v1/auth/register', {
    body: { email: `${name}@example.org`, password: 'a long enough password', name },
  });
  if (reply.status !== 201) throw new Error(`sign-up answered ${reply.status}: ${await reply.whole}`);
  return { authorization: `Bearer ${(await reply.json<{ access_token: string }>()).access_token}` };
}

const input = (text: string) => ({ content: [{ type: 'input_text', text }], attachments: [], inference_options: {} });

/** The ChatKit request that says something in a new thread, or in the one named. */
export const say = (text: string, threadId?: string) =>
  threadId === undefined
    ? { type: 'threads.create', params: { input: input(text) } }
    : { type: 'threads.add_user_message', params: { thread_id: threadId, input: input(text) } };

/** The id of the thread a stream of events is about. */
export function threadIn(stream: string): string {
  const [, id] = /"id":"(thr_[0-9a-z]+)"/.exec(stream) ?? [];
  if (!id) throw new Error(`no thread in ${stream}`);
  return id;
}
