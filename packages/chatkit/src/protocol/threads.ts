import { z } from 'zod';
import { threadItemSchema } from './items.ts';
import { pageSchema } from './pages.ts';

export const threadStatusSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('active') }),
  z.object({ type: z.literal('locked'), reason: z.string().optional() }),
  z.object({ type: z.literal('closed'), reason: z.string().optional() }),
]);

/** A thread as the store keeps it. */
export const threadMetadataSchema = z.object({
  title: z.string().optional(),
  id: z.string(),
  /** RFC 3339, UTC, with `Z`. */
  created_at: z.string(),
  status: threadStatusSchema.default(() => ({ type: 'active' as const })),
  /** The hosts whose images the client may show in the assistant's Markdown; absent means no rule. */
  allowed_image_domains: z.array(z.string()).optional(),
  /** The application's own data. A client always receives `{}`. */
  metadata: z.record(z.string(), z.unknown()).default(() => ({})),
});

/** A thread as sent to a client. Only `threads.get_by_id` fills `items`. */
export const threadSchema = threadMetadataSchema.extend({ items: pageSchema(threadItemSchema) });

export type ThreadStatus = z.infer<typeof threadStatusSchema>;
export type ThreadMetadata = z.infer<typeof threadMetadataSchema>;
export type Thread = z.infer<typeof threadSchema>;
