import type { Action } from '../protocol/actions.ts';
import type { StreamEvent } from '../protocol/events.ts';
import type { AssistantMessageItem, ThreadItem, UserMessageItem, WidgetItem } from '../protocol/items.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import { MemoryAttachmentStore, MemoryStore } from '../store/memory-store.ts';
import { ChatKitServer, type RunOptions } from './chatkit-server.ts';
import type { EventSource } from './event-pump.ts';
import { NonStreamingResult, StreamingResult } from './results.ts';

export type Asking = {
  user: string;
};
export const alice: Asking = { user: 'alice' };

type Respond = (
  thread: ThreadMetadata,
  input: UserMessageItem | undefined,
  context: Asking,
  options: RunOptions,
) => EventSource | Promise<EventSource>;
type Act = (
  thread: ThreadMetadata,
  action: Action,
  sender: WidgetItem | undefined,
  context: Asking,
  options: RunOptions,
) => EventSource | Promise<EventSource>;

/** A server whose code a test sets, on a memory store; it keeps what it logs. */
export class ScriptedServer extends ChatKitServer<Asking> {
  responder: Respond = () => [];
  actor: Act | undefined;
  readonly logged: string[];

  constructor(options: { attachments?: boolean; store?: MemoryStore<Asking> } = {}) {
    const logged: string[] = [];
    const log = (message: string) => logged.push(message);
    super(
      options.store ?? new MemoryStore<Asking>({ owner: ({ user }) => user }),
      options.attachments ? new MemoryAttachmentStore({ uploadUrl: (id) => `https://files.example/${id}` }) : undefined,
      { logger: { warn: log, error: log } },
    );
    this.logged = logged;
  }

  override respond(...args: Parameters<Respond>): EventSource | Promise<EventSource> {
    return this.responder(...args);
  }

  override action(...args: Parameters<Act>): EventSource | Promise<EventSource> {
    return this.actor ? this.actor(...args) : super.action(...args);
  }

  /** All events of a streaming request. */
  async events(request: object, context = alice, signal?: AbortSignal): Promise<StreamEvent[]> {
    const events: StreamEvent[] = [];
    for await (const event of (await this.stream(request, context, signal)).events) events.push(event);
    return events;
  }

  async stream(request: object, context = alice, signal?: AbortSignal): Promise<StreamingResult> {
    const result = await this.process(JSON.stringify(request), context, { signal });
    if (result instanceof StreamingResult) return result;
    throw new Error('the request does not stream');
  }

  /** The document that answers a request which does not stream. */
  async json(request: object, context = alice): Promise<Record<string, unknown>> {
    const result = await this.process(JSON.stringify(request), context);
    if (result instanceof NonStreamingResult) return JSON.parse(result.json);
    throw new Error('the request streams');
  }

  /** What the store holds of a thread, oldest first. */
  async items(threadId: string, context = alice): Promise<ThreadItem[]> {
    return (await this.store.loadThreadItems(threadId, { limit: 1000, order: 'asc' }, context)).data;
  }

  /** A thread that is there already. */
  async thread(id = 'thr_1', context = alice): Promise<ThreadMetadata> {
    const thread: ThreadMetadata = { id, created_at: now(), status: { type: 'active' }, metadata: {} };
    await this.store.saveThread(thread, context);
    return thread;
  }
}

export const now = (): string => new Date().toISOString();

export const input = (text: string, attachments: string[] = []) => ({
  content: [{ type: 'input_text', text }],
  attachments,
  inference_options: {},
});
export const create = (text: string, attachments?: string[]) => ({
  type: 'threads.create',
  params: { input: input(text, attachments) },
});
export const add = (text: string, thread_id = 'thr_1') => ({
  type: 'threads.add_user_message',
  params: { thread_id, input: input(text) },
});

export const message = (id: string, text: string | undefined, thread_id = 'thr_1'): AssistantMessageItem => ({
  id,
  thread_id,
  created_at: now(),
  type: 'assistant_message',
  content: text === undefined ? [] : [{ annotations: [], text, type: 'output_text' }],
});
export const added = (item: ThreadItem): StreamEvent => ({ type: 'thread.item.added', item });
export const done = (item: ThreadItem): StreamEvent => ({ type: 'thread.item.done', item });
export const delta = (item_id: string, text: string, content_index = 0): StreamEvent => ({
  type: 'thread.item.updated',
  item_id,
  update: { type: 'assistant_message.content_part.text_delta', content_index, delta: text },
});
export const types = (events: { type: string }[]): string[] => events.map((event) => event.type);
/** Waits until the answer is stopped. */
export const hang = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
