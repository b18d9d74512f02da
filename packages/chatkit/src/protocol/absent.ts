import type { z } from 'zod';

/** An optional field that a client may also write as null. The parsed value, and the wire, leave it out. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}
