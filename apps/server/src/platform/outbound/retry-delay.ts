import type { IncomingMessage } from 'node:http';

/** How often and when a refusal that passes (408, 429, 5xx but 501) is asked again. */
export type Retries = {
  /** How often a request is sent again; 0 for one that must not be done twice. */
  most: number;
  /** Before the first of them, where the server names no delay itself; doubled before each further one. */
  delayMs: number;
};

/** A longer wait than this is the person's to decide, not ours. */
const longestDelayMs = 5_000;

/** Milliseconds to wait before asking again, or undefined when this reply is to be taken as it is. */
export function retryDelay(message: IncomingMessage, attempt: number, { most, delayMs }: Retries): number | undefined {
  if (attempt >= most) return undefined;
  const status = message.statusCode ?? 0;
  const passing = status === 429 || status === 408 || (status >= 500 && status !== 501);
  // OpenAI and those like it say when a refusal would be the same again.
  if (!passing || message.headers['x-should-retry'] === 'false') return undefined;
  const header = message.headers['retry-after'];
  if (header === undefined) return Math.min(delayMs * 2 ** attempt, longestDelayMs);
  const seconds = Number(header);
  const delay = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now();
  return delay <= longestDelayMs ? Math.max(0, delay) : undefined;
}
