import http from 'node:http';
import type { StreamEvent } from '@causerie/chatkit';

/** A response while it arrives, and a way to leave before its end. */
export type Stream = {
  status: number;
  headers: http.IncomingHttpHeaders;
  raw(): string;
  events(): (StreamEvent | { type: string; [key: string]: unknown })[];
  ended: Promise<void>;
  leave(): void;
};

/** Sends a request on a connection of its own; resolves when the response begins. */
export function openStream(
  port: number,
  request: { method: string; path: string; body?: unknown; headers: Record<string, string> },
): Promise<Stream> {
  const { method, path, body } = request;
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    // Node sets no length for the body of a DELETE.
    const described = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
    const headers = { ...(text && described), ...request.headers };
    const sent = http.request({ host: '127.0.0.1', port, method, path, agent: false, headers }, (response) => {
      let raw = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        raw += chunk;
      });
      resolve({
        status: response.statusCode!,
        headers: response.headers,
        raw: () => raw,
        events: () => [...raw.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!)),
        ended: new Promise((end) => response.on('close', () => end())),
        leave: () => sent.destroy(),
      });
      response.on('error', () => {});
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

/** The input of a message that is only words. */
export const inputOf = (text: string) => ({
  content: [{ type: 'input_text', text }],
  attachments: [],
  inference_options: {},
});

/** The thread with which a stream began. */
export const threadIdOf = (stream: Stream) => (stream.events()[0] as { thread: { id: string } }).thread.id;

type AnyEvent = { item?: { type: string; content: { text: string }[] }; update?: { delta?: string } };

/** The newest assistant message as a client shows it: snapshots replace, deltas append. */
export function shownBy(stream: Stream): string {
  let text = '';
  for (const event of stream.events() as AnyEvent[]) {
    if (event.item?.type === 'assistant_message') text = event.item.content[0]!.text;
    if (event.update?.delta) text += event.update.delta;
  }
  return text;
}

/** A whole response. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into the bodies of every route
export type Reply<Body = any> = {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  /** The text as JSON; undefined when there is none. */
  readonly body: Body;
};

/** Waits for the end of a response. */
export async function wholeReply(stream: Stream): Promise<Reply> {
  await stream.ended;
  const { status, headers } = stream;
  const text = stream.raw();
  return {
    status,
    headers,
    text,
    get body() {
      return text === '' ? undefined : JSON.parse(text);
    },
  };
}

/** A refusal as one line. */
export function refusalOf({ status, body }: Reply): string {
  const { code, message } = body.error as { code: string; message: string };
  return `${status} ${code}: ${message}`;
}

/** A reply's cookies, as the header in which a browser returns them. */
export const cookiesOf = ({ headers }: Reply): string =>
  (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
