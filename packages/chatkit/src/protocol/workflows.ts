import { z } from 'zod';
import { iconNameSchema } from './icons.ts';
import { fileSourceSchema, urlSourceSchema } from './sources.ts';

const taskBase = { status_indicator: z.enum(['none', 'loading', 'complete']).default('none') };

export const customTaskSchema = z.object({
  ...taskBase,
  type: z.literal('custom'),
  title: z.string().optional(),
  icon: iconNameSchema.optional(),
  content: z.string().optional(),
});
export const webSearchTaskSchema = z.object({
  ...taskBase,
  type: z.literal('web_search'),
  title: z.string().optional(),
  title_query: z.string().optional(),
  queries: z.array(z.string()).default(() => []),
  sources: z.array(urlSourceSchema).default(() => []),
});
export const thoughtTaskSchema = z.object({
  ...taskBase,
  type: z.literal('thought'),
  title: z.string().optional(),
  content: z.string(),
});
export const fileTaskSchema = z.object({
  ...taskBase,
  type: z.literal('file'),
  title: z.string().optional(),
  sources: z.array(fileSourceSchema).default(() => []),
});
export const imageTaskSchema = z.object({ ...taskBase, type: z.literal('image'), title: z.string().optional() });

export const taskSchema = z.discriminatedUnion('type', [
  customTaskSchema,
  webSearchTaskSchema,
  thoughtTaskSchema,
  fileTaskSchema,
  imageTaskSchema,
]);

export const customSummarySchema = z.object({ title: z.string(), icon: iconNameSchema.optional() });
/** Whole seconds. */
export const durationSummarySchema = z.object({ duration: z.number().int() });
export const workflowSummarySchema = z.union([customSummarySchema, durationSummarySchema]);

export const workflowSchema = z.object({
  type: z.enum(['custom', 'reasoning']),
  tasks: z.array(taskSchema),
  summary: workflowSummarySchema.optional(),
  expanded: z.boolean().default(false),
});

export type CustomTask = z.infer<typeof customTaskSchema>;
export type WebSearchTask = z.infer<typeof webSearchTaskSchema>;
export type ThoughtTask = z.infer<typeof thoughtTaskSchema>;
export type FileTask = z.infer<typeof fileTaskSchema>;
export type ImageTask = z.infer<typeof imageTaskSchema>;
export type Task = z.infer<typeof taskSchema>;
export type CustomSummary = z.infer<typeof customSummarySchema>;
export type DurationSummary = z.infer<typeof durationSummarySchema>;
export type WorkflowSummary = z.infer<typeof workflowSummarySchema>;
export type Workflow = z.infer<typeof workflowSchema>;
export type WorkflowType = Workflow['type'];
export type TaskStatus = Task['status_indicator'];
