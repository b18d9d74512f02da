/** How a request to another server failed. */
export type OutboundFailure =
  /** The first byte, or the next one, did not come in time. */
  | 'timeout'
  /** The connection broke off in the middle of the answer. */
  | 'cut'
  /** The answer is none: another protocol, or HTML where data was asked for. */
  | 'garbage'
  /** No connection could be made. */
  | 'unreachable'
  /** The answer is longer than the caller takes. */
  | 'too_large'
  /** The server answers from elsewhere, and the caller does not follow. */
  | 'redirected'
  /** The address is not one that may be reached: of a private network, or no http(s) URL. */
  | 'forbidden';

/**
 * A request to another server that failed, by kind. The message names the host at most: a key may stand in front of it, in
 * the path or in the query.
 */
export class OutboundError extends Error {
  readonly kind: OutboundFailure;

  constructor(kind: OutboundFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutboundError';
    this.kind = kind;
  }
}
