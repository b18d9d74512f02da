import type { z } from 'zod';
import type { ErrorCode } from './error-codes.ts';

/**
 * Who may call a route.
 *
 * - `anybody`: no session is needed.
 * - `signed-in`: somebody who is signed in, by session cookie or bearer token; anybody else is 401 `unauthorized`.
 * - `person`: the same with a password of their own; with a temporary one the answer is 403 `password_change_required`.
 * - `browser`: a person by session cookie alone; a bearer token is 401 `unauthorized`.
 * - `administrator`: a person with the role `admin`; other people are 403 `forbidden`.
 * - `session`: like `person`, and also the token of a ChatKit session (`POST /api/create-session`).
 * - `ticket`: anybody whose address carries a `ticket`, which the server signed for a few minutes; others are 403.
 * - `session-or-ticket`: either.
 */
export type Caller =
  | 'anybody'
  | 'signed-in'
  | 'person'
  | 'browser'
  | 'administrator'
  | 'session'
  | 'ticket'
  | 'session-or-ticket';

/** Describes a body that is a file, a form or a stream. */
export const media = (type: string, description: string, field?: string): Media => ({
  media: type,
  description,
  ...(field && { field }),
});

/** A body that is not JSON: its media type and its content. */
export type Media = {
  media: string;
  description: string;
  /** The field of a form that holds the file. */
  field?: string;
};

/** The schema of a JSON answer, a medium, or null for an empty body. */
export type AnswerBody = z.ZodType | Media | null;

/** One route of the API: its input, its answers, and who may call it. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `:name` stands for a parameter, `*` at the end for any rest. */
  readonly path: string;
  readonly caller: Caller;
  /** Its group in the API documentation. */
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType | Media;
  /** The successful answers, by status. */
  readonly answers: Readonly<Record<number, AnswerBody>>;
  /** The refusals of this route, beside those of its caller and its input: see `refusalsOf`. */
  readonly errors?: readonly ErrorCode[];
};

/** Describes a route. Returns it as it is, with the types of its schemas kept. */
export const route = <const R extends Route>(description: R): R => description;

/** The names of a path's parameters. */
type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** The parameters of the path, as a caller gives them. */
export type ParamsOf<R extends Route> = { [Name in ParamNames<R['path']>]: string };

/** The query as a caller gives it. */
export type QueryOf<R extends Route> = R['query'] extends z.ZodType ? z.input<R['query']> : undefined;

/** The body as a caller sends it. */
export type BodyOf<R extends Route> = R['body'] extends z.ZodType ? z.input<R['body']> : undefined;

/** The successful answer of a route, as a caller reads it; undefined for an empty body. */
export type AnswerOf<R extends Route> = {
  [Status in keyof R['answers']]: R['answers'][Status] extends z.ZodType
    ? z.output<R['answers'][Status]>
    : R['answers'][Status] extends null
      ? undefined
      : unknown;
}[keyof R['answers']];
