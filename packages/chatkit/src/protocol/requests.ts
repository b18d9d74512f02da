import { z } from 'zod';
import { optional } from './absent.ts';
import { actionSchema } from './actions.ts';
import { structuredAnswerSchema } from './items.ts';
import { orderSchema } from './pages.ts';
import { userMessageInputSchema } from './user-input.ts';

const metadata = z.record(z.string(), z.unknown()).default(() => ({}));

function request<Type extends string, Params extends z.ZodRawShape>(type: Type, params: Params) {
  return z.object({ type: z.literal(type), params: z.object(params), metadata });
}

const threadId = { thread_id: z.string() };
const paging = {
  limit: optional(z.number().int().min(0)),
  order: orderSchema.default('desc'),
  after: optional(z.string()),
};
const customAction = {
  ...threadId,
  item_id: optional(z.string()),
  action: actionSchema,
};
// The key is required, but its value is any JSON, null too. A plain z.unknown() would accept a missing key.
const presentJson = z.unknown().refine((value) => value !== undefined, 'required');

export const structuredSubmissionSchema = z.object({
  status: z.enum(['answered', 'skipped']).default('answered'),
  answers: z.record(z.string(), structuredAnswerSchema).default(() => ({})),
});

export const threadsCreateRequestSchema = request('threads.create', { input: userMessageInputSchema });
export const threadsAddUserMessageRequestSchema = request('threads.add_user_message', {
  ...threadId,
  input: userMessageInputSchema,
});
export const threadsAddClientToolOutputRequestSchema = request('threads.add_client_tool_output', {
  ...threadId,
  result: presentJson,
});
export const threadsAddStructuredInputRequestSchema = request('threads.add_structured_input', {
  ...threadId,
  item_id: z.string(),
  input: structuredSubmissionSchema,
});
export const threadsRetryAfterItemRequestSchema = request('threads.retry_after_item', {
  ...threadId,
  item_id: z.string(),
});
export const threadsCustomActionRequestSchema = request('threads.custom_action', customAction);

export const threadsSyncCustomActionRequestSchema = request('threads.sync_custom_action', customAction);
export const threadsGetByIdRequestSchema = request('threads.get_by_id', threadId);
export const threadsListRequestSchema = request('threads.list', paging);
export const threadsUpdateRequestSchema = request('threads.update', { ...threadId, title: z.string() });
export const threadsDeleteRequestSchema = request('threads.delete', threadId);
export const itemsListRequestSchema = request('items.list', { ...threadId, ...paging });
export const itemsFeedbackRequestSchema = request('items.feedback', {
  ...threadId,
  item_ids: z.array(z.string()),
  kind: z.enum(['positive', 'negative']),
});
export const attachmentCreateParamsSchema = z.object({
  name: z.string(),
  /** In bytes. */
  size: z.number().int(),
  mime_type: z.string(),
});
export const attachmentsCreateRequestSchema = request('attachments.create', attachmentCreateParamsSchema.shape);
export const attachmentsDeleteRequestSchema = request('attachments.delete', { attachment_id: z.string() });
export const inputTranscribeRequestSchema = request('input.transcribe', {
  audio_base64: z.string(),
  mime_type: z.string(),
});

/** The six requests that are answered by an event stream. */
export const streamingRequestSchema = z.discriminatedUnion('type', [
  threadsCreateRequestSchema,
  threadsAddUserMessageRequestSchema,
  threadsAddClientToolOutputRequestSchema,
  threadsAddStructuredInputRequestSchema,
  threadsRetryAfterItemRequestSchema,
  threadsCustomActionRequestSchema,
]);

/** The ten requests that are answered by one JSON document. */
export const nonStreamingRequestSchema = z.discriminatedUnion('type', [
  threadsSyncCustomActionRequestSchema,
  threadsGetByIdRequestSchema,
  threadsListRequestSchema,
  threadsUpdateRequestSchema,
  threadsDeleteRequestSchema,
  itemsListRequestSchema,
  itemsFeedbackRequestSchema,
  attachmentsCreateRequestSchema,
  attachmentsDeleteRequestSchema,
  inputTranscribeRequestSchema,
]);

export const chatKitRequestSchema = z.discriminatedUnion('type', [
  ...streamingRequestSchema.options,
  ...nonStreamingRequestSchema.options,
]);

export type StructuredSubmission = z.infer<typeof structuredSubmissionSchema>;
export type AttachmentCreateParams = z.infer<typeof attachmentCreateParamsSchema>;
export type FeedbackKind = RequestOf<'items.feedback'>['params']['kind'];
export type StreamingRequest = z.infer<typeof streamingRequestSchema>;
export type NonStreamingRequest = z.infer<typeof nonStreamingRequestSchema>;
export type ChatKitRequest = z.infer<typeof chatKitRequestSchema>;
export type RequestOf<Type extends ChatKitRequest['type']> = Extract<ChatKitRequest, { type: Type }>;
/** A request as a client may write it, without the defaults. */
export type ChatKitRequestInput = z.input<typeof chatKitRequestSchema>;

const streamingTypes: ReadonlySet<string> = new Set(
  streamingRequestSchema.options.map((option) => option.shape.type.value),
);

/** Whether the answer to a request is an event stream rather than one JSON document. */
export function isStreamingRequest(request: { type: string }): request is StreamingRequest {
  return streamingTypes.has(request.type);
}
