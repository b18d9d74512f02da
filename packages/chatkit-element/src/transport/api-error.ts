/** A request that the server refused, or that did not reach the server (`status` 0). */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  /** The server's error code, or one of the element's: `network`, `http`, `format`. */
  readonly code: string;
  /** The server's message for people, if it sent one. */
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

/** Makes the error of a refusing response, whose body is Causerie's error, FastAPI's `detail`, or anything else. */
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
    // The body is no JSON: the status says enough.
  }
  const seconds = Number(response.headers.get('retry-after'));
  return new ApiError(response.status, code, detail, seconds > 0 ? { retryAfter: seconds } : {});
}
