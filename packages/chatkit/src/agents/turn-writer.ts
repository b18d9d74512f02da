import type { StreamEvent } from '../protocol/events.ts';
import type { AssistantMessageContent, AssistantMessageItem, GeneratedImageItem } from '../protocol/items.ts';
import type { ItemUpdate } from '../protocol/updates.ts';
import type { AgentContext } from './agent-context.ts';
import { convertAnnotation, type ResponseStreamConverter } from './response-stream-converter.ts';

type OpenMessage = {
  itemId: string;
  /** How many annotations each content part has shown so far: dropped ones leave no gap. */
  annotations: number[];
  parts: number;
  /** The event that announces it, kept until its first words. */
  held: StreamEvent[];
};

type StreamingThought = {
  key: string;
  workflowId: string;
  index: number;
  content: string;
  /** How many of its characters have been sent. */
  shown: number;
};

/**
 * From this length on, in characters, an update is sent only when the thought has grown by a fiftieth. Each update of a
 * task carries the whole thought, so an update for each piece of a megabyte would add up to gigabytes.
 */
const longThought = 10_000;

export const outputText = (text: string, annotations: AssistantMessageContent['annotations'] = []) =>
  ({ annotations, text, type: 'output_text' }) as const satisfies AssistantMessageContent;

const notIds = new Set(['', 'FAKE_ID', '__fake_id__']);

/**
 * One turn of the agent, written as ChatKit events. It knows ChatKit's rules (what opens and ends a workflow, which
 * item an id names) and does not depend on a model server: each kind of source has a reader that calls it.
 *
 * `key` is the source's own id of a message, thought or image. It names the item only if the source's ids can be
 * trusted and none of this turn has it yet.
 */
export class TurnWriter {
  readonly converter: ResponseStreamConverter;
  readonly #context: AgentContext<unknown>;
  readonly #messages = new Map<string, OpenMessage>();
  readonly #closed = new Set<string>();
  readonly #images = new Map<string, GeneratedImageItem>();
  #thought: StreamingThought | undefined;
  // Nearly every event is the next delta of the same message, so the message is cached.
  #lastKey: string | undefined;
  #lastMessage: OpenMessage | undefined;

  constructor(context: AgentContext<unknown>, converter: ResponseStreamConverter) {
    this.#context = context;
    this.converter = converter;
  }

  /** Forgets the messages of the model call before: servers number them from the start again. */
  newResponse(): void {
    this.#messages.clear();
    this.#closed.clear();
    this.#lastKey = undefined;
  }

  /**
   * The message is shown with its first words: a thought that comes before them stands before it.
   *
   * @param id the item's id, when the source's ids are real ones.
   */
  openMessage(key: string, id: string | undefined, content: AssistantMessageContent[] = []): void {
    const itemId = this.#itemId(id);
    const held: StreamEvent[] = [{ type: 'thread.item.added', item: this.#messageItem(itemId, content) }];
    const message = { itemId, annotations: [], parts: content.length, held };
    this.#messages.set(key, message);
    this.#closed.delete(key);
    this.#lastKey = undefined;
    if (content.some(({ text }) => text !== '')) this.#show(message);
  }

  openPart(key: string, index: number, content: AssistantMessageContent): void {
    const message = this.#messages.get(key);
    if (!message) return;
    message.parts = Math.max(message.parts, index + 1);
    const update = { type: 'assistant_message.content_part.added', content_index: index, content } as const;
    if (message.held.length > 0 && content.text === '') message.held.push(updateOf(message, update));
    else this.#update(message, update);
  }

  /** Accepts text from a server that announces neither message nor part: the text opens them. */
  textDelta(key: string, index: number, delta: string): void {
    const message = key === this.#lastKey ? this.#lastMessage! : this.#find(key);
    if (!message) return;
    if (index >= message.parts) this.openPart(key, index, outputText(''));
    if (message.held.length > 0) this.#show(message);
    this.#context.outbox.push({
      type: 'thread.item.updated',
      item_id: message.itemId,
      update: { type: 'assistant_message.content_part.text_delta', content_index: index, delta },
    });
  }

  textDone(key: string, index: number, text: string): void {
    const message = this.#messages.get(key);
    if (!message) return;
    this.#update(message, {
      type: 'assistant_message.content_part.done',
      content_index: index,
      content: outputText(text),
    });
  }

  async annotate(key: string, index: number, raw: unknown): Promise<void> {
    const message = this.#messages.get(key);
    const annotation = message && (await convertAnnotation(this.converter, raw));
    if (!annotation) return;
    const position = message.annotations[index] ?? 0;
    message.annotations[index] = position + 1;
    this.#update(message, {
      type: 'assistant_message.content_part.annotation_added',
      content_index: index,
      annotation_index: position,
      annotation,
    });
  }

  closeMessage(key: string, id: string | undefined, content: AssistantMessageContent[]): void {
    if (this.#closed.has(key)) return;
    const message = this.#messages.get(key);
    if (message) this.#show(message);
    const itemId = message?.itemId ?? this.#itemId(id);
    this.#messages.delete(key);
    this.#closed.add(key);
    this.#lastKey = undefined;
    this.#context.stream({ type: 'thread.item.done', item: this.#messageItem(itemId, content) });
  }

  openReasoning(): void {
    if (!this.#context.workflowItem) this.#context.startWorkflow({ type: 'reasoning', tasks: [] });
  }

  /** Ends the reasoning for text that continues after a thought: no new message ends it. */
  closeReasoning(): void {
    if (this.#context.workflowItem?.workflow.type === 'reasoning') this.#context.endWorkflow();
  }

  /** Only the first thought of a reasoning is shown while it grows; the later ones are shown whole. */
  thoughtDelta(key: string, delta: string): void {
    const item = this.#context.workflowItem;
    if (!item) return;
    const thought = this.#streamingThought(key);
    if (thought) {
      thought.content += delta;
      const { length } = thought.content;
      if (length > longThought && (length - thought.shown) * 50 < length) return;
      thought.shown = length;
      this.#context.updateWorkflowTask({ type: 'thought', content: thought.content }, thought.index);
    } else if (item.workflow.type === 'reasoning' && item.workflow.tasks.length === 0) {
      this.#thought = { key, workflowId: item.id, index: 0, content: delta, shown: delta.length };
      this.#context.addWorkflowTask({ type: 'thought', content: delta });
    }
  }

  thoughtDone(key: string, content: string): void {
    if (!this.#context.workflowItem) return;
    const thought = this.#streamingThought(key);
    if (thought) {
      this.#thought = undefined;
      this.#context.updateWorkflowTask({ type: 'thought', content }, thought.index);
    } else {
      this.#context.addWorkflowTask({ type: 'thought', content });
    }
  }

  /** Whether this thought has been sent whole. */
  showsThought(key: string): boolean {
    const thought = this.#streamingThought(key);
    return thought !== undefined && thought.shown === thought.content.length;
  }

  openImage(key: string): void {
    const item: GeneratedImageItem = {
      id: this.#context.generateId('message'),
      thread_id: this.#context.thread.id,
      created_at: new Date().toISOString(),
      type: 'generated_image',
    };
    this.#images.set(key, item);
    this.#context.generatedImageItem = item;
    this.#context.stream({ type: 'thread.item.added', item });
  }

  async partialImage(key: string, base64: string, index: number): Promise<void> {
    const item = this.#images.get(key);
    if (!item) return;
    const image = { id: key, url: await this.converter.base64ImageToUrl(key, base64, index) };
    item.image = image;
    this.#context.stream({
      type: 'thread.item.updated',
      item_id: item.id,
      update: {
        type: 'generated_image.updated',
        image,
        progress: this.converter.partialImageIndexToProgress(index),
      },
    });
  }

  async closeImage(key: string, base64: string): Promise<void> {
    if (!this.#images.has(key)) this.openImage(key);
    const item = this.#images.get(key)!;
    item.image = { id: key, url: await this.converter.base64ImageToUrl(key, base64) };
    this.#images.delete(key);
    if (this.#context.generatedImageItem === item) this.#context.generatedImageItem = undefined;
    this.#context.stream({ type: 'thread.item.done', item });
  }

  #find(key: string): OpenMessage | undefined {
    if (this.#closed.has(key)) return undefined;
    if (!this.#messages.has(key)) this.openMessage(key, key);
    this.#lastKey = key;
    this.#lastMessage = this.#messages.get(key);
    return this.#lastMessage;
  }

  #streamingThought(key: string): StreamingThought | undefined {
    const thought = this.#thought;
    return thought && thought.key === key && thought.workflowId === this.#context.workflowItem?.id
      ? thought
      : undefined;
  }

  #itemId(id: string | undefined): string {
    const usable = id !== undefined && !notIds.has(id) && !this.#context.producedIds.has(id);
    return usable ? id : this.#context.generateId('message');
  }

  #messageItem(id: string, content: AssistantMessageContent[]): AssistantMessageItem {
    return {
      id,
      thread_id: this.#context.thread.id,
      created_at: new Date().toISOString(),
      type: 'assistant_message',
      content,
    };
  }

  #update(message: OpenMessage, update: ItemUpdate): void {
    this.#show(message);
    this.#context.stream(updateOf(message, update));
  }

  #show(message: OpenMessage): void {
    for (const event of message.held) {
      if (event.type === 'thread.item.added') this.#context.streamItem(event);
      else this.#context.stream(event);
    }
    message.held = [];
  }
}

const updateOf = ({ itemId }: OpenMessage, update: ItemUpdate): StreamEvent => ({
  type: 'thread.item.updated',
  item_id: itemId,
  update,
});
