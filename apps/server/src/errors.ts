import { type ErrorCode, errorCodes } from '@causerie/api/error-codes';

/** The only error that the server throws on purpose: a code, a message, and for the log its cause. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** What a client may learn beyond the message, such as the path of a fault. */
  readonly details: unknown;
  /** Seconds after which a retry makes sense; sent as `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    message?: string,
    options: { cause?: unknown; details?: unknown; retryAfter?: number } = {},
  ) {
    super(message ?? errorCodes[code].message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }
}
