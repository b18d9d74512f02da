// Items in one call: what every item needs (id, thread, time, the defaults of its type) is filled in, and can be given.
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

/** What may be given in place of the defaults: an id (the store's, most often) and an RFC 3339 time in UTC. */
export type ItemFields = {
  id?: string | undefined;
  created_at?: string | undefined;
};

type Without<Item, Keys extends PropertyKey> = Item extends unknown ? Omit<Item, Keys> : never;
type Body = Without<z.input<typeof threadItemSchema>, keyof ItemFields | 'thread_id'>;

/** Checks as well as completes: an author's mistake shows where it is made, not on the reader's screen. */
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

/** An answer, whole. Several parts, each with citations of its own, are given as a list. */
export function newAssistantMessage(
  thread: InThread,
  content: string | { text: string; annotations?: Annotation[] }[],
  fields: ItemFields = {},
): AssistantMessageItem {
  const parts = typeof content === 'string' ? [{ text: content }] : content;
  return newItem(idPrefixes.message, thread, fields, { type: 'assistant_message', content: parts });
}

/** What a person said, for histories that come from elsewhere. */
export function newUserMessage(
  thread: InThread,
  content: string | z.input<typeof userMessageItemSchema>['content'],
  fields: ItemFields & Partial<Pick<UserMessageItem, 'attachments' | 'quoted_text' | 'inference_options'>> = {},
): UserMessageItem {
  const parts = typeof content === 'string' ? [{ type: 'input_text' as const, text: content }] : content;
  const { id, created_at, ...rest } = fields;
  return newItem(idPrefixes.message, thread, { id, created_at }, { type: 'user_message', content: parts, ...rest });
}

/** A widget that is ready. One that comes bit by bit: `streamWidget`. */
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

/** A tool that the browser is to run. `call_id` is made where the model gave none. */
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

/** Without an image it is one under way. */
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
