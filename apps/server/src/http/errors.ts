import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, errorCodes } from '@causerie/api/error-codes';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { AppError } from '../errors.ts';

/** The one shape of every refusal: `{"error":{"code","message","details"?,"request_id"}}`. */
export type ErrorBody = {
  error: { code: ErrorCode; message: string; details?: unknown; request_id: string };
};

const byStatus: Record<number, ErrorCode> = {
  400: 'bad_request',
  404: 'not_found',
  408: 'request_timeout',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  416: 'range_wrong',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'stopping',
};

/** Limits the number of faults listed: a megabyte of faults must not cause many megabytes of answers. */
const mostFaults = 10;
const short = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** Turns any thrown error into a refusal of ours. An unforeseen one becomes `internal`, without its message. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const details = error.validation.slice(0, mostFaults).map((fault) => ({
      path: short(fault.instancePath.slice(1).replaceAll('/', '.')),
      message: short(fault.message ?? ''),
    }));
    return new AppError('invalid_input', undefined, { cause: error, details });
  }
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return new AppError('bad_request', 'The body is not valid JSON.', { cause: error });
  if (code === 'ENOSPC') return new AppError('disk_full', undefined, { cause: error, retryAfter: 60 });
  const known = statusCode && statusCode !== 500 ? byStatus[statusCode] : undefined;
  if (known) return new AppError(known, undefined, { cause: error });
  if (statusCode && statusCode >= 400 && statusCode < 500)
    return new AppError('bad_request', undefined, { cause: error });
  return new AppError('internal', undefined, { cause: error });
}

/** The body of a refusal. */
export function errorBody(error: AppError, requestId: string): ErrorBody {
  const { visible, message } = errorCodes[error.code];
  return {
    error: {
      code: error.code,
      message: visible ? error.message : message,
      ...(visible && error.details !== undefined ? { details: error.details } : {}),
      request_id: requestId,
    },
  };
}

/** Answers with a refusal; also for routes that build their answers by hand. */
export function sendError(request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
  const error = toAppError(thrown);
  const { status } = errorCodes[error.code];
  if (status >= 500) request.log.error({ err: error.cause ?? error, code: error.code }, 'the request failed');
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (error.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfter)));
  return reply.code(status).header('cache-control', 'no-store').send(errorBody(error, request.id));
}

export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendError(request, reply, error));
}

const unreadable: Record<string, ErrorCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/**
 * Answers what Node's parser could not read as a request: there is no route and no reply yet, only the connection.
 * @param headers of every answer of this server
 */
export function answerUnreadable(
  error: Error & { code?: string },
  socket: Socket,
  headers: Record<string, string>,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const code = unreadable[error.code ?? ''] ?? 'bad_request';
    const { status } = errorCodes[code];
    const body = JSON.stringify(errorBody(new AppError(code), randomUUID()));
    socket.write(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        'content-type: application/json; charset=utf-8',
        `content-length: ${Buffer.byteLength(body)}`,
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  }
  socket.destroy(error);
}
