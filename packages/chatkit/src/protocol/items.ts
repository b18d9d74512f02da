import { z } from 'zod';
import { attachmentSchema } from './attachments.ts';
import { annotationSchema } from './sources.ts';
import { inferenceOptionsSchema, userMessageContentSchema } from './user-input.ts';
import { storedWidgetSchema } from './widgets.ts';
import { taskSchema, workflowSchema } from './workflows.ts';

const itemBase = {
  id: z.string(),
  thread_id: z.string(),
  /** RFC 3339, UTC, with `Z`. */
  created_at: z.string(),
};

export const userMessageItemSchema = z.object({
  ...itemBase,
  type: z.literal('user_message'),
  content: z.array(userMessageContentSchema),
  attachments: z.array(attachmentSchema).default(() => []),
  quoted_text: z.string().optional(),
  inference_options: inferenceOptionsSchema.default(() => ({})),
});

export const assistantMessageContentSchema = z.object({
  annotations: z.array(annotationSchema).default(() => []),
  text: z.string(),
  type: z.literal('output_text').default('output_text'),
});
export const assistantMessageItemSchema = z.object({
  ...itemBase,
  type: z.literal('assistant_message'),
  content: z.array(assistantMessageContentSchema),
});

export const clientToolCallItemSchema = z.object({
  ...itemBase,
  type: z.literal('client_tool_call'),
  status: z.enum(['pending', 'completed']).default('pending'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  output: z.unknown().optional(),
});

export const widgetItemSchema = z.object({
  ...itemBase,
  type: z.literal('widget'),
  widget: storedWidgetSchema,
  copy_text: z.string().optional(),
});

export const generatedImageSchema = z.object({ id: z.string(), url: z.string() });
export const generatedImageItemSchema = z.object({
  ...itemBase,
  type: z.literal('generated_image'),
  image: generatedImageSchema.optional(),
});

export const structuredAnswerSchema = z.object({
  values: z.array(z.string()).default(() => []),
  skipped: z.boolean().default(false),
});
const questionBase = { id: z.string(), question: z.string(), answer: structuredAnswerSchema.optional() };
export const multipleChoiceInputSchema = z.object({
  ...questionBase,
  type: z.literal('multiple_choice'),
  options: z.array(z.object({ value: z.string() })),
  multiple: z.boolean().default(false),
});
export const freeformInputSchema = z.object({
  ...questionBase,
  type: z.literal('freeform'),
  description: z.string().optional(),
});
export const structuredInputQuestionSchema = z.discriminatedUnion('type', [
  multipleChoiceInputSchema,
  freeformInputSchema,
]);
export const structuredInputItemSchema = z.object({
  ...itemBase,
  type: z.literal('structured_input'),
  status: z.enum(['pending', 'answered', 'skipped']).default('pending'),
  inputs: z.array(structuredInputQuestionSchema),
});

export const taskItemSchema = z.object({ ...itemBase, type: z.literal('task'), task: taskSchema });
export const workflowItemSchema = z.object({ ...itemBase, type: z.literal('workflow'), workflow: workflowSchema });
export const endOfTurnItemSchema = z.object({ ...itemBase, type: z.literal('end_of_turn') });
/** Context for the model alone: stored, never sent to a client. */
export const hiddenContextItemSchema = z.object({
  ...itemBase,
  type: z.literal('hidden_context_item'),
  content: z.unknown(),
});
/** As `hidden_context_item`, written by the SDK itself (for instance after a cancelled answer). */
export const sdkHiddenContextItemSchema = z.object({
  ...itemBase,
  type: z.literal('sdk_hidden_context'),
  content: z.string(),
});

export const threadItemSchema = z.discriminatedUnion('type', [
  userMessageItemSchema,
  assistantMessageItemSchema,
  clientToolCallItemSchema,
  widgetItemSchema,
  generatedImageItemSchema,
  structuredInputItemSchema,
  taskItemSchema,
  workflowItemSchema,
  endOfTurnItemSchema,
  hiddenContextItemSchema,
  sdkHiddenContextItemSchema,
]);

export type UserMessageItem = z.infer<typeof userMessageItemSchema>;
export type AssistantMessageContent = z.infer<typeof assistantMessageContentSchema>;
export type AssistantMessageItem = z.infer<typeof assistantMessageItemSchema>;
export type ClientToolCallItem = z.infer<typeof clientToolCallItemSchema>;
export type WidgetItem = z.infer<typeof widgetItemSchema>;
export type GeneratedImage = z.infer<typeof generatedImageSchema>;
export type GeneratedImageItem = z.infer<typeof generatedImageItemSchema>;
export type StructuredAnswer = z.infer<typeof structuredAnswerSchema>;
export type MultipleChoiceInput = z.infer<typeof multipleChoiceInputSchema>;
export type FreeformInput = z.infer<typeof freeformInputSchema>;
export type StructuredInputQuestion = z.infer<typeof structuredInputQuestionSchema>;
export type StructuredInputItem = z.infer<typeof structuredInputItemSchema>;
export type TaskItem = z.infer<typeof taskItemSchema>;
export type WorkflowItem = z.infer<typeof workflowItemSchema>;
export type EndOfTurnItem = z.infer<typeof endOfTurnItemSchema>;
export type HiddenContextItem = z.infer<typeof hiddenContextItemSchema>;
export type SdkHiddenContextItem = z.infer<typeof sdkHiddenContextItemSchema>;
export type ThreadItem = z.infer<typeof threadItemSchema>;

/** Whether an item is for the model alone and must not reach a client. */
export function isHidden(item: { type: string }): boolean {
  return item.type === 'hidden_context_item' || item.type === 'sdk_hidden_context';
}
