import { z } from 'zod';
import { iconNameSchema } from './icons.ts';
import { threadItemSchema } from './items.ts';
import { threadSchema } from './threads.ts';
import { itemUpdateSchema } from './updates.ts';

export const streamOptionsSchema = z.object({ allow_cancel: z.boolean() });

export const progressUpdateEventSchema = z.object({
  type: z.literal('progress_update'),
  icon: iconNameSchema.optional(),
  text: z.string(),
});
export const clientEffectEventSchema = z.object({
  type: z.literal('client_effect'),
  name: z.string(),
  data: z.record(z.string(), z.unknown()).default(() => ({})),
});
/** `code` is open: `stream.error`, `custom`, or the application's own. Without `message` the client chooses a message by the code. */
export const errorEventSchema = z.object({
  type: z.literal('error'),
  code: z.string().default('custom'),
  message: z.string().optional(),
  allow_retry: z.boolean().default(false),
});
export const noticeEventSchema = z.object({
  type: z.literal('notice'),
  level: z.enum(['info', 'warning', 'danger']),
  /** Markdown. */
  message: z.string(),
  title: z.string().optional(),
});

export const streamEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thread.created'), thread: threadSchema }),
  z.object({ type: z.literal('thread.updated'), thread: threadSchema }),
  z.object({ type: z.literal('thread.item.added'), item: threadItemSchema }),
  z.object({ type: z.literal('thread.item.updated'), item_id: z.string(), update: itemUpdateSchema }),
  z.object({ type: z.literal('thread.item.done'), item: threadItemSchema }),
  z.object({ type: z.literal('thread.item.removed'), item_id: z.string() }),
  z.object({ type: z.literal('thread.item.replaced'), item: threadItemSchema }),
  z.object({ type: z.literal('stream_options'), stream_options: streamOptionsSchema }),
  progressUpdateEventSchema,
  clientEffectEventSchema,
  errorEventSchema,
  noticeEventSchema,
]);

export type StreamOptions = z.infer<typeof streamOptionsSchema>;
export type ProgressUpdateEvent = z.infer<typeof progressUpdateEventSchema>;
export type ClientEffectEvent = z.infer<typeof clientEffectEventSchema>;
export type ErrorEvent = z.infer<typeof errorEventSchema>;
export type NoticeEvent = z.infer<typeof noticeEventSchema>;
export type StreamEvent = z.infer<typeof streamEventSchema>;
export type StreamEventOf<Type extends StreamEvent['type']> = Extract<StreamEvent, { type: Type }>;
export type NoticeLevel = NoticeEvent['level'];
