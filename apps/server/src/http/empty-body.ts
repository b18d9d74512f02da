import { validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodType } from 'zod';

/**
 * Validates by the zod schemas of a route, and takes a request without a body for one with an empty object: `curl -X POST` is
 * how people sign out, and a route that needs no field needs no body. One that does says which is missing. A schema that has
 * a use for "nothing" gets it as it is.
 */
export const validateBodyLeniently: typeof validatorCompiler = (route) => {
  const validate = validatorCompiler(route);
  if (route.httpPart !== 'body' || (route.schema as ZodType).safeParse(null).success) return validate;
  return (body) => validate(body ?? {});
};
