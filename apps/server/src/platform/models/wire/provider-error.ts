/** What a server says of an error, in whichever of the usual shapes it says it. */
type Refusal = {
  message?: string;
  code?: string;
  param?: string;
};

/** A refusal by the model server, in the shape of the OpenAI client's own `APIError`. */
export class ModelApiError extends Error {
  /** Undefined for an error within a reply whose status was 200. */
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly param: string | undefined;
  /** The server's own words, as they came: for `sayReason`, which makes them fit to be shown. */
  readonly reason: string;

  /**
   * @param body the reply's body, read or as text, or the `error` out of a stream
   * @param hint what we know beside it
   */
  constructor(status: number | undefined, body: unknown, hint = '') {
    const { message = '', code, param } = refusalIn(typeof body === 'string' ? readJson(body) : body);
    super(status === undefined ? 'The stream carried an error.' : `The model server answered ${status}.`);
    this.name = 'APIError';
    this.status = status;
    this.code = code;
    this.param = param;
    this.reason = `${message}${hint}`.trim();
  }
}

/** Whether a whole JSON document is an error rather than an answer. */
export const isErrorDocument = (document: unknown): boolean => {
  const { error, object, choices, output } = (document ?? {}) as Record<string, unknown>;
  return Boolean(error) || object === 'error' || (choices === undefined && output === undefined);
};

// OpenAI and most others: {error: {message, type, code, param}}. LM Studio, llama.cpp, Ollama's own API: {error: "words"}.
// vLLM before 0.10: {object: "error", message, type, code}. FastAPI: {detail: "words" | [{loc, msg}]}. Gemini's compatible
// endpoint: [{error: {…}}]. Mistral: {object: "error", message: "words" | {detail: [{loc, msg}]}, type, param}.
function refusalIn(body: unknown): Refusal {
  if (typeof body === 'string') return { message: body };
  if (Array.isArray(body)) return refusalIn(body[0]);
  if (typeof body !== 'object' || body === null) return {};
  const { error, detail, message, msg, code, type, param, loc } = body as Record<string, unknown>;
  if (typeof error === 'string') return { message: error, ...codeIn(code, type) };
  if (typeof error === 'object' && error !== null) return refusalIn(error);
  if (detail !== undefined && message === undefined) return refusalIn(detail);
  if (typeof message === 'object' && message !== null) return { ...codeIn(code, type), ...refusalIn(message) };
  const words = [message, msg].find((value) => typeof value === 'string') as string | undefined;
  const place = Array.isArray(loc) ? loc.filter((step) => step !== 'body').join('.') : undefined;
  return {
    ...(words !== undefined && { message: place ? `${place}: ${words}` : words }),
    ...codeIn(code, type),
    ...(typeof param === 'string' ? { param } : place ? { param: place } : {}),
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Codes are words; a number there repeats the status, or (Mistral's "3280") says less than the type beside it. */
function codeIn(code: unknown, type: unknown): Refusal {
  const found = [code, type].find((value) => typeof value === 'string' && /\D/.test(value));
  return found === undefined ? {} : { code: found as string };
}

const longestReason = 300;

/**
 * A server's words as they may stand in a log and before an administrator: one line, without keys, addresses with secrets
 * in them, or long quotations, which may be of what people said.
 */
export function sayReason(words: string): string {
  const line = words
    .slice(0, 20_000)
    // A page's own words are in its title; the rest is markup.
    .replace(/^[\s\S]*?<title>([^<]*)<\/title>[\s\S]*$/i, '$1')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they would forge lines of the log
    .replace(/[\s\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim()
    .slice(0, 2_000)
    .replace(/\b(?:bearer|basic)\s+\S+/gi, '…')
    .replace(/\b(?:sk|pk|rk|gsk|xai|key)[-_][A-Za-z0-9_*-]{6,}/g, '…')
    .replace(/\b(https?:\/\/)[^\s/@]*@/gi, '$1')
    .replace(/([?&][\w-]+)=[^\s&"']*/g, '$1=…')
    .replace(/\b[A-Za-z0-9+/_*-]{32,}={0,2}/g, '…')
    .replace(/(["'`“«])[^"'`”»]{60,}(["'`”»])/g, '$1…$2');
  return line.length > longestReason ? `${line.slice(0, longestReason - 1).toWellFormed()}…` : line;
}
