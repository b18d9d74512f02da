/** How a request to another server failed. */
export type OutboundFailure =
  /** The first byte, or the next one, did not come in time. */
  | 'timeout'
  /** The connection broke off in the middle of the answer. */
  | 'cut'
  /** The answer is not valid: another protocol, or HTML instead of data. */
  | 'garbage'
  /** No connection could be made. */
  | 'unreachable'
  /** The answer is longer than the caller takes. */
  | 'too_large'
  /** The server redirects, and the caller does not follow. */
  | 'redirected'
  /** The address must not be reached: it is of a private network, or no http(s) URL. */
  | 'forbidden';

/** A failed request to another server, by kind. The message names at most the host: the rest of the address may hold a key. */
export class OutboundError extends Error {
  readonly kind: OutboundFailure;

  constructor(kind: OutboundFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutboundError';
    this.kind = kind;
  }
}
