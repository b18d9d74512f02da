import { AppError } from '../../errors.ts';
import { OutboundError, type OutboundFailure } from '../outbound/index.ts';
import { EmptyAnswerError } from './empty-answer.ts';
import { ModelApiError, sayReason } from './wire/provider-error.ts';

/** The kinds of failure that a person is shown apart. */
export type FailureKind =
  | 'auth'
  | 'context'
  | 'cut'
  | 'empty'
  | 'filtered'
  | 'garbage'
  | 'not_configured'
  | 'quota'
  | 'rate_limit'
  | 'refused'
  | 'server'
  | 'timeout'
  | 'turns'
  | 'unknown_model'
  | 'unreachable';

/** A failed answer in terms that may be logged. */
export type ModelFailure = {
  kind: FailureKind;
  /** Whether the same question may well be answered when asked again: soon, or once a setting is mended. */
  retryable: boolean;
  /**
   * For the log, and for an administrator: the provider's status, code and own words, without keys or texts of the
   * conversation.
   */
  detail: string;
};

/** The failures after which the same question would fail again. */
const lasting: readonly FailureKind[] = ['context', 'refused'];

/**
 * What kind of failure an error is that came out of an agent's run. Undefined for an error that is none of the model's: a bug
 * of ours, or the database.
 */
export function modelFailure(error: unknown): ModelFailure | undefined {
  const found = classify(error);
  return found && { ...found, retryable: !lasting.includes(found.kind) };
}

type Found = {
  kind: FailureKind;
  detail: string;
};

const connectionKinds: Record<OutboundFailure, FailureKind> = {
  timeout: 'timeout',
  cut: 'cut',
  garbage: 'garbage',
  too_large: 'garbage',
  redirected: 'garbage',
  unreachable: 'unreachable',
  forbidden: 'unreachable',
};

// The clients of the providers throw different classes, which are loaded lazily and hence known here by shape: OpenAI's
// APIError and our ModelApiError have `status`, `code`; the AI SDK's APICallError, where it is none of a server's words, has
// `statusCode`, `data`.
function classify(thrown: unknown): Found | undefined {
  const error = thrown instanceof Error ? thrown : readPlain(thrown);
  if (error === undefined) return undefined;
  const chain: Error[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 6; at = at.cause) chain.push(at);
  // What our own fetch saw is the truth, however a client has wrapped it: the AI SDK calls a stream that falls silent a
  // reply with status 200 that could not be processed.
  const connection = chain.find((at) => at instanceof OutboundError);
  if (connection) return { kind: connectionKinds[connection.kind], detail: connection.message };
  for (const at of chain) {
    if (at instanceof AppError) return at.code === 'not_configured' ? { kind: at.code, detail: at.message } : undefined;
    if (at instanceof EmptyAnswerError)
      return { kind: at.ending === 'filter' ? 'filtered' : 'empty', detail: at.message };
    const status = numberIn(at, 'status') ?? numberIn(at, 'statusCode');
    const code = codeOf(at);
    const reason = reasonOf(at);
    const detail = [status === undefined ? '' : `status ${status}`, code].filter(Boolean).join(' ');
    const failure = { detail: [detail, sayReason(reason)].filter(Boolean).join(': ') };
    if (status !== undefined) return { kind: kindOf(status, code, reason), ...failure };
    const kind = kindOfCode(code, reason);
    if (kind) return { kind, ...failure };
    if (reason !== '') return { kind: 'server', ...failure };
  }
  const detail = error.constructor.name;
  switch (error.constructor.name) {
    case 'MaxTurnsExceededError':
      return { kind: 'turns', detail };
    case 'ModelTimeoutError':
    case 'APIConnectionTimeoutError':
      return { kind: 'timeout', detail };
    case 'APIConnectionError':
      return { kind: 'unreachable', detail };
    case 'ModelRefusalError':
      return { kind: 'refused', detail };
    case 'APIError':
    case 'ModelApiError':
      return { kind: 'server', detail };
    case 'SyntaxError':
    case 'JSONParseError':
    case 'TypeValidationError':
    case 'InvalidResponseDataError':
    case 'EmptyResponseBodyError':
      return { kind: 'garbage', detail };
    case 'ModelBehaviorError':
      return {
        kind: /final response|incomplete/.test(error.message)
          ? 'cut'
          : /unsuccessful terminal/.test(error.message)
            ? 'server'
            : 'garbage',
        detail: `${detail}: ${error.message.slice(0, 200)}`,
      };
    default:
      return undefined;
  }
}

/** The AI SDK throws what a provider's stream said went wrong as it is: a string or a plain object. */
function readPlain(thrown: unknown): ModelApiError | undefined {
  if (typeof thrown === 'string') return new ModelApiError(undefined, thrown);
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  return new ModelApiError(numberIn(thrown, 'statusCode'), thrown);
}

/** The provider's own words: where a client has kept them. Errors of the Agents SDK and of ours have none. */
function reasonOf(error: Error): string {
  const { reason, status, statusCode } = error as Error & Record<string, unknown>;
  if (typeof reason === 'string') return reason;
  return status === undefined && statusCode === undefined ? '' : error.message;
}

function kindOf(status: number, code: string, reason: string): FailureKind {
  const byCode = kindOfCode(code, reason);
  if (status === 401 || status === 403) return 'auth';
  if (status === 402) return 'quota';
  if (status === 429) return byCode === 'quota' ? 'quota' : 'rate_limit';
  if (status === 413) return 'context';
  if (status === 408 || status === 504) return 'timeout';
  if (status >= 500) return 'server';
  // A reply that was fine on the wire and unreadable behind it.
  if (status >= 200 && status < 300) return 'garbage';
  if (byCode === 'context') return 'context';
  return status === 404 || byCode === 'unknown_model' ? 'unknown_model' : 'refused';
}

function kindOfCode(code: string, message: string): FailureKind | undefined {
  if (/context_length|context_window|too_long/.test(code)) return 'context';
  if (/context (length|window|size)|prompt is too long|too many tokens|maximum context/i.test(message))
    return 'context';
  if (/insufficient_quota|billing/.test(code)) return 'quota';
  if (/invalid_api_key|authentication_error|permission_error/.test(code)) return 'auth';
  if (/^(model_not_found|invalid_model)$/.test(code)) return 'unknown_model';
  if (/rate_limit/.test(code)) return 'rate_limit';
  if (/overloaded|server_error|api_error|internal/.test(code)) return 'server';
  // What was sent is at fault (`invalid_prompt`, `invalid_image`, `invalid_request_error`): again would be the same.
  if (/^invalid_|_policy$/.test(code)) return 'refused';
  return undefined;
}

function numberIn(object: object, key: string): number | undefined {
  const value = (object as Record<string, unknown>)[key];
  return typeof value === 'number' ? value : undefined;
}

/** The provider's own code for an error, wherever its client keeps it. */
function codeOf(error: object): string {
  const { code, type, data, error: inner } = error as Record<string, unknown>;
  for (const value of [code, type]) if (typeof value === 'string' && /^[a-z0-9_]+$/.test(value)) return value;
  for (const value of [inner, data]) {
    if (typeof value === 'object' && value !== null) {
      const found = codeOf(value);
      if (found) return found;
    }
  }
  return '';
}
