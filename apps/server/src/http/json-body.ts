import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors.ts';

/** Deeper than any honest request, and far below the depth at which recursive code overflows the stack. */
const deepest = 64;

/** A body of this size takes milliseconds to parse, whatever it holds. */
const mostParsed = 1_048_576;

/**
 * Parses JSON as Fastify does (keys like `__proto__` are refused), after a check of its depth. Other types are refused: a
 * page of another site may send `text/plain` without a preflight request.
 *
 * A body over a megabyte is not parsed here, on the event loop: a door that accepts one gets the bytes.
 */
export function registerJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length > mostParsed) return done(null, body);
    const text = body.toString('utf8');
    // Clients send the header also with requests that have no body, such as sign-out.
    if (text === '') return done(null, undefined);
    if (isTooDeep(text)) return done(new AppError('bad_request', `The body is nested deeper than ${deepest} levels.`));
    return parse(request, text, done);
  });
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 92) at++;
      else if (char === 34) inString = false;
    } else if (char === 34) inString = true;
    else if (char === 123 || char === 91) {
      if (++depth > deepest) return true;
    } else if (char === 125 || char === 93) depth--;
  }
  return false;
}
