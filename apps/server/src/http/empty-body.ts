import { validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodType } from 'zod';

/**
 * Validates by the zod schemas of a route, and treats a missing body as an empty object: people sign out with `curl -X
 * POST`, and a route without required fields needs no body. A route that has some names the missing one. A schema that
 * accepts `undefined` gets it unchanged.
 */
export const validateBodyLeniently: typeof validatorCompiler = (route) => {
  const validate = validatorCompiler(route);
  if (route.httpPart !== 'body' || (route.schema as ZodType).safeParse(null).success) return validate;
  return (body) => validate(body ?? {});
};
