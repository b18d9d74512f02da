import { z } from 'zod';
import { optional } from './absent.ts';

export const inputTextSchema = z.object({ type: z.literal('input_text'), text: z.string() });
export const inputTagSchema = z.object({
  type: z.literal('input_tag'),
  id: z.string(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
  group: optional(z.string()),
  interactive: z.boolean().default(false),
});
export const userMessageContentSchema = z.discriminatedUnion('type', [inputTextSchema, inputTagSchema]);

export const inferenceOptionsSchema = z.object({
  tool_choice: optional(z.object({ id: z.string() })),
  model: optional(z.string()),
});

/** A person's message. `attachments` are ids; `inference_options` is required, but may be empty. */
export const userMessageInputSchema = z.object({
  content: z.array(userMessageContentSchema),
  attachments: z.array(z.string()),
  quoted_text: optional(z.string()),
  inference_options: inferenceOptionsSchema,
});

export type InputText = z.infer<typeof inputTextSchema>;
export type InputTag = z.infer<typeof inputTagSchema>;
export type UserMessageContent = z.infer<typeof userMessageContentSchema>;
export type InferenceOptions = z.infer<typeof inferenceOptionsSchema>;
/** The tool that the person chose in the composer. */
export type ToolChoice = NonNullable<InferenceOptions['tool_choice']>;
export type UserMessageInput = z.infer<typeof userMessageInputSchema>;
