import { z } from 'zod';
import { iconNameSchema } from './icons.ts';

const sourceBase = {
  title: z.string(),
  description: z.string().optional(),
  timestamp: z.string().optional(),
  group: z.string().optional(),
};

export const fileSourceSchema = z.object({ type: z.literal('file'), ...sourceBase, filename: z.string() });
export const urlSourceSchema = z.object({
  type: z.literal('url'),
  ...sourceBase,
  url: z.string(),
  attribution: z.string().optional(),
});
export const entitySourceSchema = z.object({
  type: z.literal('entity'),
  ...sourceBase,
  id: z.string(),
  icon: iconNameSchema.optional(),
  label: z.string().optional(),
  inline_label: z.string().optional(),
  interactive: z.boolean().default(false),
  data: z.record(z.string(), z.unknown()).default(() => ({})),
});
export const sourceSchema = z.discriminatedUnion('type', [fileSourceSchema, urlSourceSchema, entitySourceSchema]);

/** A citation. `index` is the offset of its marker in the text, in characters. */
export const annotationSchema = z.object({
  type: z.literal('annotation').default('annotation'),
  source: sourceSchema,
  index: z.number().int().optional(),
});

export type FileSource = z.infer<typeof fileSourceSchema>;
export type UrlSource = z.infer<typeof urlSourceSchema>;
export type EntitySource = z.infer<typeof entitySourceSchema>;
export type Source = z.infer<typeof sourceSchema>;
export type Annotation = z.infer<typeof annotationSchema>;
