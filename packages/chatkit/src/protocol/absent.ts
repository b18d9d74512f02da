import type { z } from 'zod';

/** An optional field that a client may also write as null. On our side, and on the wire, absent is absent. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}
