import { z } from 'zod';
import { assistantMessageContentSchema, generatedImageSchema } from './items.ts';
import { annotationSchema } from './sources.ts';
import { storedComponentSchema, storedWidgetSchema } from './widgets.ts';
import { taskSchema } from './workflows.ts';

const index = z.number().int().min(0);

export const itemUpdateSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('assistant_message.content_part.added'),
    content_index: index,
    content: assistantMessageContentSchema,
  }),
  z.object({
    type: z.literal('assistant_message.content_part.text_delta'),
    content_index: index,
    delta: z.string(),
  }),
  z.object({
    type: z.literal('assistant_message.content_part.annotation_added'),
    content_index: index,
    annotation_index: index,
    annotation: annotationSchema,
  }),
  z.object({
    type: z.literal('assistant_message.content_part.done'),
    content_index: index,
    content: assistantMessageContentSchema,
  }),
  z.object({
    type: z.literal('widget.streaming_text.value_delta'),
    component_id: z.string(),
    delta: z.string(),
    done: z.boolean(),
  }),
  z.object({ type: z.literal('widget.root.updated'), widget: storedWidgetSchema }),
  z.object({
    type: z.literal('widget.component.updated'),
    component_id: z.string(),
    component: storedComponentSchema,
  }),
  z.object({ type: z.literal('workflow.task.added'), task_index: index, task: taskSchema }),
  z.object({ type: z.literal('workflow.task.updated'), task_index: index, task: taskSchema }),
  z.object({
    type: z.literal('generated_image.updated'),
    image: generatedImageSchema,
    progress: z.number().optional(),
  }),
]);

export type ItemUpdate = z.infer<typeof itemUpdateSchema>;
export type ItemUpdateOf<Type extends ItemUpdate['type']> = Extract<ItemUpdate, { type: Type }>;
