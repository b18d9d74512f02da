import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HttpAgents } from './http-agents.ts';
import { OutboundError } from './outbound-error.ts';

/** The limits of another server's answer, in time and size. */
export type Limits = {
  /** Until the first byte of the answer's body, from the last byte of the request on; of a refusal, until its last byte. */
  firstByteMs: number;
  /** Between two pieces of the body. */
  idleMs: number;
  /** The longest body. */
  mostBytes: number;
};

/** A request whose address has been checked. A streaming body is sent once and never again. */
export type OutgoingRequest = {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string | Buffer | Readable | undefined;
  signal: AbortSignal | undefined;
  agents: HttpAgents;
  limits: Limits;
  /** Whether it may be repeated on another connection, where a kept one had been closed meanwhile. */
  resend: boolean;
};

/** An answer whose head has arrived. */
export type Head = {
  message: IncomingMessage;
  /** Fires when the first byte of the body is late, or the last one of a refusal. */
  deadline: NodeJS.Timeout | undefined;
};

export const isRefusal = (message: IncomingMessage | undefined): boolean => (message?.statusCode ?? 0) >= 400;

/** Sends a request once and waits for the head of its answer. Rejects with an `OutboundError`, or the signal's reason. */
export function sendRequest(outgoing: OutgoingRequest): Promise<Head> {
  const { url, method, headers, body, signal, agents, limits } = outgoing;
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const call = (secure ? requestHttps : requestHttp)(url, {
      method,
      headers,
      agent: secure ? agents.https : agents.http,
    });
    const late = () => {
      const what = isRefusal(message) ? 'a refusal without an end' : 'no first byte';
      return new OutboundError('timeout', `${what} in ${limits.firstByteMs} ms`);
    };
    let message: IncomingMessage | undefined;
    let deadline: NodeJS.Timeout | undefined;
    let unsent: Error | undefined;
    const watch = () => {
      deadline = setTimeout(() => (message ?? call).destroy(late()), limits.firstByteMs);
    };
    const abort = () => call.destroy(signal!.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    call.once('response', (incoming) => {
      message = incoming;
      // How an unread body (of a refusal, of a 204) ends does not matter, but its unhandled error would end the process.
      incoming.on('error', () => {});
      signal?.removeEventListener('abort', abort);
      if (deadline === undefined) watch();
      resolve({ message: incoming, deadline });
    });
    // A proxy's 101 is no reply, and detaches the socket from the request: no further event would come.
    call.once('upgrade', (_, socket) => {
      socket.destroy();
      fail(new OutboundError('garbage', 'the server changed the protocol'));
    });
    // All other ends of a request with neither a reply nor an error.
    call.once('close', () => {
      if (message === undefined) fail(new OutboundError('cut', 'closed without a reply'));
    });
    const fail = (error: NodeJS.ErrnoException) => {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) return reject(signal.reason);
      if (unsent) return reject(unsent);
      // The server had closed the kept-alive socket: the request never reached it (Node, `request.reusedSocket`).
      const isStale = call.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (isStale && message === undefined && outgoing.resend) return resolve(sendRequest(outgoing));
      if (error instanceof OutboundError) return reject(error);
      const kind = error.code === 'ECONNRESET' ? 'cut' : 'unreachable';
      reject(new OutboundError(kind, `${error.code ?? error.message} at ${url.host}`, error));
    };
    call.on('error', fail);
    if (!(body instanceof Readable)) {
      watch();
      call.end(body);
      return;
    }
    // The clock of the first byte starts when the request has been sent; until then only silence is too long.
    call.setTimeout(limits.firstByteMs, () => {
      if (message === undefined) call.destroy(late());
    });
    body.once('error', (error) => {
      unsent = error;
    });
    // An answer may come before the request is complete, such as the refusal of too long a body.
    pipeline(body, call).catch(fail);
  });
}
