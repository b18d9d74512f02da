/** The codes of a refused request, before any response was sent. */
export type RefusalCode =
  | 'bad_request'
  | 'not_found'
  | 'conflict'
  | 'not_configured'
  | 'payload_too_large'
  | 'internal';

/** One fault in a request: where, and what. */
export type Fault = {
  path: (string | number)[];
  message: string;
};

const statusOf: Record<RefusalCode, number> = {
  bad_request: 400,
  not_found: 404,
  conflict: 409,
  payload_too_large: 413,
  internal: 500,
  not_configured: 501,
};

/** The base class of every error of this package, for one `instanceof` check. */
export abstract class CauserieError extends Error {}

/** The package was used in a way that cannot work; the message says what to change. */
export class UsageError extends CauserieError {
  override readonly name = 'UsageError';
}

/** A request refused as a whole: nothing was streamed. `status` is the HTTP status that says the same. */
export class ChatKitError extends CauserieError {
  override readonly name: string = 'ChatKitError';
  readonly code: RefusalCode;
  readonly status: number;
  readonly details: Fault[] | undefined;

  constructor(code: RefusalCode, message: string, options: { details?: Fault[]; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = statusOf[code];
    this.details = options.details;
  }

  /** The answer's body. */
  toJSON(): { error: { code: RefusalCode; message: string; details?: Fault[] } } {
    return {
      error: { code: this.code, message: this.message, ...(this.details ? { details: this.details } : {}) },
    };
  }
}

/** Thrown by a store: the thread, item or attachment does not exist, or belongs to another person. Both must look the same. */
export class NotFoundError extends ChatKitError {
  override readonly name = 'NotFoundError';

  constructor(message: string) {
    super('not_found', message);
  }
}

/** The one error code for which every client has a message. Codes are open: an application may have its own. */
export const streamErrorCode = 'stream.error';

/** The base of the errors that end an answer with an `error` event: {@link StreamError} and {@link CustomStreamError}. */
export abstract class BaseStreamError extends CauserieError {
  /** Whether the client offers a retry. */
  abstract readonly allowRetry: boolean;
}

/** Throw it in `respond` or `action` to end the answer with an `error` event. The client chooses the message by its code. */
export class StreamError extends BaseStreamError {
  override readonly name = 'StreamError';
  readonly code: string;
  readonly allowRetry: boolean;

  constructor(code: string = streamErrorCode, options: { allowRetry?: boolean; cause?: unknown } = {}) {
    super(code, { cause: options.cause });
    this.code = code;
    this.allowRetry = options.allowRetry ?? code === streamErrorCode;
  }
}

/** Throw it in `respond` or `action` to end the answer with a message of your own. */
export class CustomStreamError extends BaseStreamError {
  override readonly name = 'CustomStreamError';
  readonly allowRetry: boolean;

  constructor(message: string, options: { allowRetry?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.allowRetry = options.allowRetry ?? false;
  }
}
