/** A request that the server refused, or that did not reach it (`status` 0). */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  /** The server's own word for it, or one of ours: `network`, `http`, `format`. */
  readonly code: string;
  /** What the server said for people to read; absent when it said nothing. */
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, detail?: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(
      detail ?? (status ? `The chat server answered ${status}.` : 'The chat server could not be reached.'),
      options,
    );
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfter = options.retryAfter;
  }
}

/** Reads what a refusing response says: our shape, FastAPI's `detail`, or nothing. */
export async function errorOf(response: Response): Promise<ApiError> {
  let code = 'http';
  let detail: string | undefined;
  try {
    const body: unknown = JSON.parse((await response.text()).slice(0, 20_000));
    const error = (body as { error?: unknown }).error;
    if (error && typeof error === 'object') {
      const { code: given, message } = error as { code?: unknown; message?: unknown };
      if (typeof given === 'string') code = given;
      if (typeof message === 'string') detail = message;
    } else if (typeof error === 'string') detail = error;
    else if (typeof (body as { detail?: unknown }).detail === 'string') detail = (body as { detail: string }).detail;
  } catch {
    // Not JSON: the status says enough.
  }
  const seconds = Number(response.headers.get('retry-after'));
  return new ApiError(response.status, code, detail, seconds > 0 ? { retryAfter: seconds } : {});
}
