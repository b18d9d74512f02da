import type { IncomingMessage } from 'node:http';

/** How often and when a temporary refusal (408, 429, 5xx but 501) is retried. */
export type Retries = {
  /** How often a request is repeated; 0 for one that must not run twice. */
  most: number;
  /** The wait before the first retry, where the server names none; it doubles before each further one. */
  delayMs: number;
};

/** A longer wait is the person's decision, not ours. */
const longestDelayMs = 5_000;

/** Milliseconds to wait before a retry, or undefined when this reply is final. */
export function retryDelay(message: IncomingMessage, attempt: number, { most, delayMs }: Retries): number | undefined {
  if (attempt >= most) return undefined;
  const status = message.statusCode ?? 0;
  const passing = status === 429 || status === 408 || (status >= 500 && status !== 501);
  // OpenAI and similar servers report when a retry would fail again.
  if (!passing || message.headers['x-should-retry'] === 'false') return undefined;
  const header = message.headers['retry-after'];
  if (header === undefined) return Math.min(delayMs * 2 ** attempt, longestDelayMs);
  const seconds = Number(header);
  const delay = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now();
  return delay <= longestDelayMs ? Math.max(0, delay) : undefined;
}
