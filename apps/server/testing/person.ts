import type { StreamEvent } from '@causerie/chatkit';
import { type Answer, readAnswer } from './answer.ts';
import { connect, type LiveClient } from './live-client.ts';
import { inputOf, type Reply, type Stream } from './stream.ts';

type Headers = Record<string, string>;

/** An item as most tests read it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into items of every type
export type ShownItem = { id: string; type: string; content: { text: string }[] } & Record<string, any>;

/** The address of one process. */
export type Door = {
  port: number;
  open(method: string, path: string, body?: unknown, headers?: Headers): Promise<Stream>;
  send(method: string, path: string, body?: unknown, headers?: Headers): Promise<Reply>;
};

/** A person signed in like a program, by a bearer token. */
export type Person = {
  id: string;
  email: string;
  password: string;
  token: string;
  refresh: string;
  /** The headers that authorise their requests. */
  headers: { authorization: string };

  /** Starts a request as this person. */
  open(method: string, path: string, body?: unknown, headers?: Headers): Promise<Stream>;
  /** Makes a whole request as this person. */
  send(method: string, path: string, body?: unknown, headers?: Headers): Promise<Reply>;
  get(path: string, headers?: Headers): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Headers): Promise<Reply>;
  patch(path: string, body?: unknown, headers?: Headers): Promise<Reply>;
  delete(path: string, body?: unknown, headers?: Headers): Promise<Reply>;

  /** A ChatKit request that is answered with JSON. */
  chatkit(type: string, params?: object, headers?: Headers): Promise<Reply>;
  /** A ChatKit request whose answer streams in. */
  stream(type: string, params: object, headers?: Headers): Promise<Stream>;
  /** Sends a message, in a new thread or in this one, and waits for the end of the answer. */
  ask(text: string, thread?: string, headers?: Headers): Promise<Answer>;
  /** Makes any other streamed ChatKit request, and waits for its end. */
  tell(type: string, params: { thread_id?: string } & Record<string, unknown>, headers?: Headers): Promise<Answer>;
  /** Sends the result of a client tool that the assistant called, and waits for the rest of the answer. */
  giveResult(thread: string, result: unknown): Promise<Answer>;
  /** The items of a thread, oldest first. */
  items(thread: string): Promise<ShownItem[]>;

  /** Opens a live socket and sends `hello`; without a list unless a cursor is given. */
  live(hello?: { cursor?: string | null }): Promise<LiveClient>;
  /** The same person at another process. */
  at(door: Door): Person;
};

export type Credentials = { id: string; email: string; password: string; token: string; refresh: string };

export function personAt(door: Door, credentials: Credentials): Person {
  const headers = { authorization: `Bearer ${credentials.token}` };
  const signed = (more: Headers = {}): Headers => ({ ...headers, ...more });
  const person: Person = {
    ...credentials,
    headers,
    open: (method, path, body, more) => door.open(method, path, body, signed(more)),
    send: (method, path, body, more) => door.send(method, path, body, signed(more)),
    get: (path, more) => door.send('GET', path, undefined, signed(more)),
    post: (path, body = {}, more) => door.send('POST', path, body, signed(more)),
    patch: (path, body = {}, more) => door.send('PATCH', path, body, signed(more)),
    delete: (path, body, more) => door.send('DELETE', path, body, signed(more)),

    chatkit: (type, params = {}, more) => person.post('/api/chatkit', { type, params }, more),
    stream: (type, params, more) => person.open('POST', '/api/chatkit', { type, params }, more),
    ask: (text, thread, more) =>
      thread
        ? person.tell('threads.add_user_message', { thread_id: thread, input: inputOf(text) }, more)
        : person.tell('threads.create', { input: inputOf(text) }, more),
    async tell(type, params, more) {
      const stream = await person.stream(type, params, more);
      await stream.ended;
      if (stream.status !== 200) throw new Error(`${type} was refused with ${stream.status}: ${stream.raw()}`);
      return readAnswer(stream.events() as StreamEvent[], params.thread_id);
    },
    giveResult: (thread_id, result) => person.tell('threads.add_client_tool_output', { thread_id, result }),
    async items(thread) {
      const { body } = await person.chatkit('items.list', { thread_id: thread, order: 'asc', limit: 100 });
      return body.data;
    },

    live: (hello = {}) => connect(door.port, credentials.token, hello),
    at: (other) => personAt(other, credentials),
  };
  return person;
}
