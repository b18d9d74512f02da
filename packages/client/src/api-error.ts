/** The fields of an {@link ApiError} beside its message. */
export type ApiErrorFields = {
  /** HTTP status, or 0 when no answer came at all. */
  status: number;
  /** A code of the server's closed list, or `unreachable`, or `bad_answer`. */
  code: string;
  /** Details from the server, such as the path of a fault. */
  details?: unknown;
  /** The id under which the server logged the request. */
  requestId?: string;
  /** After how many seconds a retry makes sense. */
  retryAfter?: number;
  cause?: unknown;
};

/** Every failure of the client: the server refused, or could not be reached (`status` 0, code `unreachable`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(message: string, fields: ApiErrorFields) {
    super(message, { cause: fields.cause });
    this.name = 'ApiError';
    this.status = fields.status;
    this.code = fields.code;
    this.details = fields.details;
    this.requestId = fields.requestId;
    this.retryAfter = fields.retryAfter;
  }

  /** True when no answer came: the name did not resolve, the connection was refused or cut. */
  get unreachable(): boolean {
    return this.status === 0;
  }
}

/**
 * Reads a refusal. Our routes answer `{error: {code, message, details?, request_id?}}`. Any other body, such as the
 * page of a proxy, becomes its status line.
 */
export async function errorFrom(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const body = parse(text);
  const inner = isRecord(body.error) ? body.error : {};
  const requestId = str(inner.request_id) ?? response.headers.get('x-request-id') ?? undefined;
  const retryAfter = seconds(response.headers.get('retry-after'));
  return new ApiError(str(inner.message) ?? `${response.status} ${response.statusText}`.trim(), {
    status: response.status,
    code: str(inner.code) ?? `http_${response.status}`,
    details: inner.details,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** `Retry-After` is seconds or an HTTP date (RFC 9110 §10.2.3). */
function seconds(header: string | null): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const number = Number(header);
  if (Number.isFinite(number)) return Math.max(0, number);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function str(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
