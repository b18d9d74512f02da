import {
  type Action,
  type Attachment,
  type AttachmentCreateParams,
  AttachmentStore,
  type AudioInput,
  attachmentSchema,
  ChatKitError,
  ChatKitServer,
  CustomStreamError,
  type ItemIdKind,
  isStreamingRequest,
  MemoryStore,
  StreamError,
  type StreamEvent,
  StreamingResult,
  streamEventSchema,
  streamWidget,
  type ThreadItem,
  type ThreadMetadata,
  threadItemSchema,
  threadMetadataSchema,
  type UserMessageItem,
  type WidgetItem,
  type WidgetRoot,
} from '@causerie/chatkit';
import { compareJson, hideTimes } from './compare-json.ts';
import { plainWidgets, promised, promisedStore } from './deliberate-differences.ts';
import type { ScriptStep, ServerStep, ServerVector, StoreContent } from './vector.ts';

/** Rows written beforehand are older than whatever a step writes, on a machine whose clock says any year. */
const filledMsAgo = 3_600_000;
const prefixes = { message: 'msg', tool_call: 'tc', workflow: 'wf', task: 'tsk', sdk_hidden_context: 'shcx' };

/** Ids count up, one counter a kind. Several stores may draw from one. */
class Counters {
  readonly #counts = new Map<string, number>();

  next(prefix: string): string {
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, count);
    return `${prefix}_${count}`;
  }
}

/** The store of a recording: a memory store with counted ids that can be filled and read out as a whole. */
export class RecordedStore extends MemoryStore {
  readonly #counters: Counters;
  readonly #attachments = new Set<string>();
  #moment = Date.now() - filledMsAgo;

  constructor(counters = new Counters()) {
    super();
    this.#counters = counters;
  }

  override generateThreadId(): string {
    return this.#counters.next('thr');
  }

  override generateItemId(kind: ItemIdKind): string {
    return this.#counters.next(prefixes[kind]);
  }

  override async saveAttachment(attachment: Attachment): Promise<void> {
    this.#attachments.add(attachment.id);
    await super.saveAttachment(attachment, undefined);
  }

  override async deleteAttachment(id: string): Promise<void> {
    this.#attachments.delete(id);
    await super.deleteAttachment(id, undefined);
  }

  /** The next of the times that rows written into the store beforehand get, one second apart. */
  nextTime(): string {
    this.#moment += 1000;
    return new Date(this.#moment).toISOString();
  }

  async fill(content: StoreContent): Promise<void> {
    for (const thread of content.threads ?? []) {
      await this.saveThread(threadMetadataSchema.parse({ created_at: this.nextTime(), ...thread }), undefined);
    }
    for (const [threadId, items] of Object.entries(content.items ?? {})) {
      for (const item of items) {
        const full = threadItemSchema.parse({ thread_id: threadId, created_at: this.nextTime(), ...item });
        await this.addThreadItem(threadId, full, undefined);
      }
    }
    for (const attachment of content.attachments ?? []) await this.saveAttachment(attachmentSchema.parse(attachment));
  }

  async content(): Promise<Required<StoreContent>> {
    const all = { limit: Number.MAX_SAFE_INTEGER, order: 'asc' as const };
    const threads = (await this.loadThreads(all, undefined)).data;
    const items: Record<string, ThreadItem[]> = {};
    for (const { id } of threads) items[id] = (await this.loadThreadItems(id, all, undefined)).data;
    const attachments = [];
    for (const id of this.#attachments) attachments.push(await this.loadAttachment(id, undefined));
    return { threads, items, attachments } as unknown as Required<StoreContent>;
  }

  hasAttachment(id: unknown): boolean {
    return this.#attachments.has(id as string);
  }
}

class RecordedAttachmentStore extends AttachmentStore {
  readonly #counters: Counters;

  constructor(counters: Counters) {
    super();
    this.#counters = counters;
  }

  override generateAttachmentId(): string {
    return this.#counters.next('atc');
  }

  override async createAttachment({ name, size, mime_type }: AttachmentCreateParams): Promise<Attachment> {
    const id = this.generateAttachmentId();
    const url = `https://files.example/${id}`;
    const upload_descriptor = { url, method: 'PUT' as const, headers: { 'X-Up': '1' } };
    const base = { id, name, mime_type, upload_descriptor, metadata: { size } };
    return mime_type.startsWith('image/')
      ? { ...base, type: 'image', preview_url: `${url}/preview` }
      : { ...base, type: 'file' };
  }

  override async deleteAttachment(): Promise<void> {}
}

/** Plays the developer's code of one step at a time, and notes how it is called. */
class ScriptedServer extends ChatKitServer {
  step: ServerStep | undefined;
  calls: Record<string, unknown>[] = [];
  /** Called when a script waits: the moment at which the client goes away. */
  onHang: () => void = () => {};

  override respond(
    thread: ThreadMetadata,
    input: UserMessageItem | undefined,
    _context: unknown,
    { signal }: { signal: AbortSignal },
  ): AsyncIterable<StreamEvent> {
    this.calls.push({ respond: { thread: thread.id, input: copy(input ?? null) } });
    return this.#play(this.step?.respond ?? [], thread, signal);
  }

  override action(
    thread: ThreadMetadata,
    action: Action,
    sender: WidgetItem | undefined,
    _context: unknown,
    { signal }: { signal: AbortSignal },
  ): AsyncIterable<StreamEvent> {
    this.calls.push({ action: describeAction(thread, action, sender) });
    return this.#play(this.step?.action ?? [], thread, signal);
  }

  override async syncAction(
    thread: ThreadMetadata,
    action: Action,
    sender: WidgetItem | undefined,
  ): Promise<ThreadItem | undefined> {
    this.calls.push({ sync_action: describeAction(thread, action, sender) });
    const item = this.step?.sync_action;
    return item ? threadItemSchema.parse({ created_at: new Date().toISOString(), ...item }) : undefined;
  }

  override async addFeedback(threadId: string, itemIds: string[], kind: string): Promise<void> {
    this.calls.push({ feedback: [threadId, itemIds, kind] });
  }

  override async transcribe(audio: AudioInput): Promise<string> {
    const hex = [...audio.data].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    this.calls.push({ transcribe: [hex, audio.mimeType, audio.mediaType] });
    return 'hello';
  }

  override getStreamOptions(): { allow_cancel: boolean } {
    return { allow_cancel: this.step?.allow_cancel ?? true };
  }

  async *#play(script: ScriptStep[], thread: ThreadMetadata, signal: AbortSignal): AsyncGenerator<StreamEvent> {
    for (const step of script) {
      if ('yield' in step) yield readEvent(step.yield);
      else if ('set' in step) change(thread, step.set);
      else if ('raise' in step) throw toError(step.raise);
      else if ('widget' in step) yield* this.#streamWidget(step, thread);
      else if ('hang' in step) {
        this.onHang();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      } else throw new UnknownStep(step);
    }
  }

  #streamWidget(step: Extract<ScriptStep, { widget: unknown }>, thread: ThreadMetadata): AsyncIterable<StreamEvent> {
    const roots = step.widget as unknown as WidgetRoot[];
    async function* states() {
      yield* roots;
    }
    return streamWidget(thread, step.stream === false ? (roots[0] as WidgetRoot) : states(), {
      generateId: () => this.store.generateItemId('message', thread, undefined),
      ...(step.copy_text === undefined ? {} : { copyText: step.copy_text }),
    });
  }
}

/** Thrown for a recording that this player does not understand: it must fail, not count as a failed answer. */
class UnknownStep extends Error {
  constructor(step: unknown) {
    super(`unknown script step ${JSON.stringify(step)}`);
  }
}

/** Plays a recording of the server; gives the faults, none when it passes. */
export async function playServer(vector: ServerVector): Promise<string[]> {
  const counters = new Counters();
  const store = new RecordedStore(counters);
  const faults: string[] = [];
  const logger = {
    warn: () => {},
    error: (_: string, details: unknown) => {
      const { error } = (details ?? {}) as { error?: unknown };
      if (error instanceof UnknownStep) faults.push(error.message);
    },
  };
  const server = new ScriptedServer(store, new RecordedAttachmentStore(counters), { logger });
  await store.fill(vector.store ?? {});
  const notCreated: string[] = [];
  for (const [index, step] of vector.steps.entries()) {
    const threads = (await store.content()).threads.map((thread) => thread.id);
    const expected = promised(step, {
      thread: (id) => threads.includes(id as string),
      attachment: (id) => store.hasAttachment(id),
    });
    notCreated.push(...expected.notCreated);
    const actual = await perform(server, step);
    const where = `steps[${index}]`;
    const compare = (name: string, want: unknown, got: unknown) =>
      faults.push(...compareJson(plainWidgets(want), plainWidgets(hideTimes(copy(got))), `${where}.${name}`));
    compare('refusal', expected.refusal, actual.refusal);
    compare('events', expected.events, actual.events);
    compare('json', expected.json, actual.json);
    compare('calls', expected.calls, server.calls);
  }
  if (vector.store_after) {
    const want = plainWidgets(byId(promisedStore(vector.store_after, notCreated)));
    const got = plainWidgets(hideTimes(copy(byId(await store.content()))));
    faults.push(...compareJson(want, got, 'store_after'));
  }
  return faults;
}

type Performed = {
  events?: StreamEvent[];
  json?: unknown;
  refusal?: string;
};

async function perform(server: ScriptedServer, step: ServerStep): Promise<Performed> {
  const client = new AbortController();
  server.step = step;
  server.calls = [];
  server.onHang = () => client.abort();
  let result: Awaited<ReturnType<ScriptedServer['process']>>;
  try {
    result = await server.process(JSON.stringify(step.request), undefined, { signal: client.signal });
  } catch (error) {
    if (error instanceof ChatKitError) return { refusal: error.code };
    throw error;
  }
  if (!(result instanceof StreamingResult)) return { json: JSON.parse(result.json) };
  const events: StreamEvent[] = [];
  // Read off the wire, not off `.events`: what is checked is what a client would parse.
  for await (const frame of result) events.push(JSON.parse(frame.slice('data: '.length)));
  const streams = isStreamingRequest({ type: step.request.type ?? '' });
  return streams ? { events } : { refusal: 'a stream in place of a document' };
}

function readEvent(recorded: { type: string; item?: Record<string, unknown> }): StreamEvent {
  // What replaces an item stands in its place: with a time of now it would change places as soon as a millisecond has passed.
  const at = recorded.type === 'thread.item.replaced' ? Date.now() - filledMsAgo : Date.now();
  const item = recorded.item && { created_at: new Date(at).toISOString(), ...recorded.item };
  return streamEventSchema.parse(item ? { ...recorded, item } : recorded);
}

function change(thread: ThreadMetadata, changes: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete (thread as Record<string, unknown>)[key];
    else (thread as Record<string, unknown>)[key] = copy(value);
  }
}

function toError(raise: Extract<ScriptStep, { raise: unknown }>['raise']): Error {
  const options = raise.allow_retry === undefined ? {} : { allowRetry: raise.allow_retry };
  if (raise.kind === 'stream') return new StreamError(raise.code, options);
  if (raise.kind === 'custom') return new CustomStreamError(raise.message ?? '', options);
  return new Error(raise.message ?? 'the script raises');
}

function describeAction(thread: ThreadMetadata, action: Action, sender: WidgetItem | undefined): object {
  return { thread: thread.id, type: action.type, payload: action.payload ?? null, sender: sender?.id ?? null };
}

function byId(content: StoreContent): StoreContent {
  const sorted = (rows: Record<string, unknown>[] = []) =>
    [...rows].sort((a, b) => String(a.id).localeCompare(String(b.id)));
  return { threads: sorted(content.threads), items: content.items ?? {}, attachments: sorted(content.attachments) };
}

function copy(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
