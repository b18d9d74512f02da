// Each function creates one item. It fills in what every item needs (id, thread, time, the defaults of its type); the
// caller can pass other values.
import type { z } from 'zod';
import { idPrefixes, newId } from '../store/ids.ts';
import { UsageError } from './errors.ts';
import {
  type AssistantMessageItem,
  type ClientToolCallItem,
  type EndOfTurnItem,
  type GeneratedImageItem,
  type HiddenContextItem,
  type StructuredInputItem,
  type structuredInputItemSchema,
  type TaskItem,
  type ThreadItem,
  threadItemSchema,
  type UserMessageItem,
  type userMessageItemSchema,
  type WidgetItem,
  type WorkflowItem,
} from './items.ts';
import type { Annotation } from './sources.ts';
import type { WidgetRoot } from './widgets.ts';
import type { taskSchema, workflowSchema } from './workflows.ts';

/** The thread an item belongs to. */
type InThread = { id: string };

/** Values in place of the defaults: an id (usually from the store) and an RFC 3339 time in UTC. */
export type ItemFields = {
  id?: string | undefined;
  created_at?: string | undefined;
};

type Without<Item, Keys extends PropertyKey> = Item extends unknown ? Omit<Item, Keys> : never;
type Body = Without<z.input<typeof threadItemSchema>, keyof ItemFields | 'thread_id'>;

/** Completes and checks an item, so that an author's mistake throws where it is made, not on the reader's screen. */
function newItem<Item extends ThreadItem>(
  prefix: string,
  thread: InThread,
  fields: ItemFields,
  body: Body & { type: Item['type'] },
): Item {
  const { id = newId(prefix), created_at = new Date().toISOString() } = fields;
  const item = threadItemSchema.safeParse({ id, thread_id: thread.id, created_at, ...body });
  if (!item.success) {
    const [issue] = item.error.issues;
    throw new UsageError(`not a ${body.type}: ${issue?.path.join('.')}: ${issue?.message}`, { cause: item.error });
  }
  return item.data as Item;
}

/** A whole answer. Pass a list for several parts, each with its own citations. */
export function newAssistantMessage(
  thread: InThread,
  content: string | { text: string; annotations?: Annotation[] }[],
  fields: ItemFields = {},
): AssistantMessageItem {
  const parts = typeof content === 'string' ? [{ text: content }] : content;
  return newItem(idPrefixes.message, thread, fields, { type: 'assistant_message', content: parts });
}

/** A person's message, for histories from elsewhere. */
export function newUserMessage(
  thread: InThread,
  content: string | z.input<typeof userMessageItemSchema>['content'],
  fields: ItemFields & Partial<Pick<UserMessageItem, 'attachments' | 'quoted_text' | 'inference_options'>> = {},
): UserMessageItem {
  const parts = typeof content === 'string' ? [{ type: 'input_text' as const, text: content }] : content;
  const { id, created_at, ...rest } = fields;
  return newItem(idPrefixes.message, thread, { id, created_at }, { type: 'user_message', content: parts, ...rest });
}

/** A complete widget. For one that streams see `streamWidget`. */
export function newWidgetItem(
  thread: InThread,
  widget: WidgetRoot,
  { copy_text, ...fields }: ItemFields & { copy_text?: string } = {},
): WidgetItem {
  return newItem(idPrefixes.message, thread, fields, {
    type: 'widget',
    widget,
    ...(copy_text === undefined ? {} : { copy_text }),
  });
}

/** A call of a tool in the browser. Without a `call_id` of the model it gets a new one. */
export function newClientToolCall(
  thread: InThread,
  call: { name: string; arguments?: Record<string, unknown>; call_id?: string },
  fields: ItemFields = {},
): ClientToolCallItem {
  const id = fields.id ?? newId(idPrefixes.tool_call);
  return newItem(
    idPrefixes.tool_call,
    thread,
    { ...fields, id },
    {
      type: 'client_tool_call',
      call_id: call.call_id ?? id,
      name: call.name,
      arguments: call.arguments ?? {},
    },
  );
}

/** Questions to the reader. */
export function newStructuredInput(
  thread: InThread,
  inputs: z.input<typeof structuredInputItemSchema>['inputs'],
  fields: ItemFields = {},
): StructuredInputItem {
  return newItem(idPrefixes.message, thread, fields, { type: 'structured_input', inputs });
}

export function newTaskItem(thread: InThread, task: z.input<typeof taskSchema>, fields: ItemFields = {}): TaskItem {
  return newItem(idPrefixes.task, thread, fields, { type: 'task', task });
}

export function newWorkflowItem(
  thread: InThread,
  workflow: z.input<typeof workflowSchema>,
  fields: ItemFields = {},
): WorkflowItem {
  return newItem(idPrefixes.workflow, thread, fields, { type: 'workflow', workflow });
}

/** A generated image; without `image` it is in progress. */
export function newGeneratedImage(
  thread: InThread,
  image?: { id: string; url: string },
  fields: ItemFields = {},
): GeneratedImageItem {
  return newItem(idPrefixes.message, thread, fields, { type: 'generated_image', ...(image ? { image } : {}) });
}

/** Context for the model that no client ever receives. */
export function newHiddenContext(thread: InThread, content: unknown, fields: ItemFields = {}): HiddenContextItem {
  return newItem(idPrefixes.message, thread, fields, { type: 'hidden_context_item', content });
}

export function newEndOfTurn(thread: InThread, fields: ItemFields = {}): EndOfTurnItem {
  return newItem(idPrefixes.message, thread, fields, { type: 'end_of_turn' });
}
