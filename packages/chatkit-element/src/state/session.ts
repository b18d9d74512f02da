// Over 400 lines: the one place where a thread's life (load, send, stream, stop, resume, retry) is decided; its parts
// share what is running now, and would have to pass it around if they were apart.

import { toPlainText } from '@causerie/widgets/markdown';
import type { Attachment, ChatKitEvents } from '@openai/chatkit';
import { directionOf, resolveLocale } from '../locales/resolve-locale.ts';
import { loadCatalogue, type Translate, translator } from '../locales/translate.ts';
import { checkOptions, readOptions, sameOptions } from '../options/check-options.ts';
import { type ElementOptions, IntegrationError, InvalidFrameParamsError } from '../options/options.ts';
import type {
  ClientToolCall,
  CustomAction,
  Item,
  Notice,
  Page,
  StreamEvent,
  StreamingRequest,
  Thread,
  UserContent,
  UserMessage,
  UserMessageInput,
  WireAttachment,
} from '../protocol.ts';
import { Api } from '../transport/api.ts';
import { ApiError } from '../transport/api-error.ts';
import { LiveFeed } from '../transport/live-feed.ts';
import { newRequestKey } from '../transport/request-key.ts';
import { Composer, contentOf, trimmed } from './composer.ts';
import { Conversation, type Entry } from './conversation.ts';
import { History } from './history.ts';
import { Signal } from './signal.ts';

export type Emit = <K extends keyof ChatKitEvents>(name: K, detail?: ChatKitEvents[K]['detail']) => void;

/** What went wrong with the answer, as it is shown under it. */
export type Failure = {
  message: string;
  code: string;
  retry?: () => void;
  /** What was said there can only be said elsewhere: starts a new conversation with it. */
  startAnew?: () => void;
  /** The message that did not arrive, when this is about one. */
  about?: Entry;
};

export type WidgetAction = CustomAction & {
  handler?: 'server' | 'client';
  loadingBehavior?: string;
  streaming?: boolean;
};

/**
 * One answer on its way through our own request. An answer read from the live feed has none. `opened`: the page was told of
 * it; `reached`: something came back for the request that is being made now.
 */
type Run = { stop: AbortController; stopped: boolean; opened: boolean; reached: boolean; tool: ClientToolCall | null };

const pageSize = 50;
/** How long an answer may go on after Stop when the server was asked politely, in ms. */
const stopGrace = 1500;
/** How much of an answer is announced, in characters: about half a minute of speech. The rest is there to be read. */
const heardLength = 500;

/** Everything one element knows and does, without its looks. */
export class Session {
  readonly options = new Signal<ElementOptions | null>(null);
  readonly t = new Signal<Translate>(translator('en'));
  readonly locale = new Signal('en');
  readonly direction = new Signal<'ltr' | 'rtl'>('ltr');
  readonly threadId = new Signal<string | null>(null);
  readonly historyOpen = new Signal(false);
  readonly loading = new Signal(false);
  readonly loadError = new Signal<{ message: string; retry?: () => void } | null>(null);
  readonly running = new Signal(false);
  readonly allowCancel = new Signal(true);
  readonly progress = new Signal<{ text: string; icon?: string } | null>(null);
  readonly failure = new Signal<Failure | null>(null);
  readonly offline = new Signal(false);
  readonly earlier = new Signal<'none' | 'more' | 'loading'>('none');
  /** What a screen reader is told, politely. */
  readonly announcement = new Signal('');
  /** The key of the message sent last from here, which the view scrolls to. */
  readonly sentKey = new Signal<string | null>(null);
  readonly focusRequests = new Signal(0);
  /** The whole conversation is drawn, for the printer. */
  readonly printing = new Signal(false);

  readonly api: Api;
  readonly conversation = new Conversation();
  readonly composer: Composer;
  readonly history: History;
  readonly #emit: Emit;
  #alive = false;
  #mounted = false;
  #run: Run | null = null;
  #live: LiveFeed | null = null;
  #feedBroken = false;
  #lastEvent = 0;
  #loadNumber = 0;
  #earlierCursor: string | undefined;
  #queue: [StreamEvent, number | undefined, Run | null][] = [];
  #frame: (() => void) | null = null;
  #localIds = 0;
  #answeredCalls = new Set<string>();
  /** Errors the page has heard of: one is told once, by however many hands it goes. */
  readonly #told = new WeakSet<Error>();

  constructor(emit: Emit) {
    this.#emit = emit;
    this.api = new Api(() => ({ api: this.options.value!.api, locale: this.locale.value }));
    const onError = (error: unknown) => this.report(error);
    this.composer = new Composer(this.api, () => this.options.value!, onError);
    this.api.connection.away.subscribe(() => this.#onConnection());
    this.history = new History(this.api, onError, (id) => this.#goneElsewhere(id));
  }

  /** Takes a full set of options. Only what differs from the last set has an effect. */
  configure(given: ElementOptions): void {
    const { problem } = checkOptions(given);
    if (problem) this.report(new InvalidFrameParamsError(problem));
    const options = readOptions(given);
    if (!options) return;
    const before = this.options.value;
    if (before && sameOptions(before, options)) {
      // Nothing asks for anything new, but the functions may be newer: they are looked up when they are called.
      Object.assign(before, options);
      return;
    }
    this.options.value = options;
    this.#setLocale(options.locale);
    // A tool that is no longer offered is no longer chosen.
    if (!this.composer.tool) this.selectTool(null);
    if (before && before.api.url !== options.api.url) {
      this.api.forgetSecret();
      this.history.reset();
      if (this.#alive) this.history.join(String(options.api.url));
      void this.#open(problem ? null : (options.initialThread ?? null));
    } else if (this.#alive) this.#mount();
    if (this.#alive) this.#askForSecret();
    if (problem) this.failure.value = { message: this.t.value('error.options', { reason: problem }), code: 'options' };
    else if (this.failure.value?.code === 'options') this.failure.value = null;
  }

  /** The element is in a document. */
  start(): void {
    if (this.#alive) return;
    this.#alive = true;
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.api.connection.start();
    if (this.#mounted) {
      this.history.join(String(this.options.value?.api.url));
      void this.fetchUpdates().catch(() => {});
    } else this.#mount();
    if (this.options.value) this.#askForSecret();
  }

  /** Before anything is sent: there are front ends that hide the chat until they were asked. */
  #askForSecret(): void {
    this.api.secret().catch((error) => this.report(error));
  }

  /** The element has left the document for good (as far as it can know). */
  suspend(): void {
    if (!this.#alive) return;
    this.#alive = false;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.api.connection.stop();
    this.history.leave();
    this.#abandon();
  }

  #mount(): void {
    const options = this.options.value;
    if (this.#mounted || !options || checkOptions(options).problem) return;
    this.#mounted = true;
    this.history.join(String(options.api.url));
    if (options.initialThread) void this.#open(options.initialThread, false);
  }

  /** Tells the page about an error, and nobody else: what people should know is shown where it happened. */
  report(error: unknown): void {
    const told = error instanceof Error ? error : new Error(String(error));
    if (this.#told.has(told)) return;
    this.#told.add(told);
    this.#emit('chatkit.error', { error: told });
  }

  log(name: string, data?: Record<string, unknown>): void {
    this.#emit('chatkit.log', data ? { name, data } : { name });
  }

  print(): void {
    this.printing.value = true;
    // Two frames: one draws what was not on the screen, the next has it laid out.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        window.print();
        this.printing.value = false;
      }),
    );
  }

  deeplink(name: string, data: Record<string, unknown>): void {
    this.#emit('chatkit.deeplink', { name, data });
  }

  get isBusy(): boolean {
    return this.running.value || this.loading.value;
  }

  /** Throws when the method cannot be carried out now. */
  refuseWhenBusy(method: string): void {
    const given = this.options.value;
    const problem = given ? checkOptions(given).problem : 'setOptions() was not called';
    if (problem) throw new IntegrationError(`ChatKit: ${method}() ignored - ${problem}`);
    if (this.running.value) throw new IntegrationError(`ChatKit: ${method}() ignored - already responding`);
    if (this.loading.value) throw new IntegrationError(`ChatKit: ${method}() ignored - loading a thread`);
  }

  // --- threads ---------------------------------------------------------------------------------------------------

  /** Shows another thread, or none. What was running there is left to its server. */
  async openThread(id: string | null): Promise<void> {
    if (id === this.threadId.value && !this.loadError.value) {
      if (id === null && !this.running.value) this.conversation.clear();
      return;
    }
    await this.#open(id);
  }

  /**
   * What is being written stays behind with its thread, unless that is `gone`. Where the page opens a thread only to send a
   * message of its own, the words are left `alone`: they do not vanish under the hands of who is writing them.
   */
  async #open(id: string | null, tell = true, words: 'stay' | 'gone' | 'alone' = 'stay'): Promise<void> {
    this.#abandon();
    this.#loadNumber++;
    this.conversation.clear();
    this.failure.value = null;
    this.loadError.value = null;
    this.loading.value = false;
    this.earlier.value = 'none';
    this.sentKey.value = null;
    this.#lastEvent = 0;
    const changed = this.threadId.value !== id;
    if (changed && tell && words !== 'alone') this.composer.turnTo(this.threadId.value, id, words === 'gone');
    this.threadId.value = id;
    if (changed && tell) this.#emit('chatkit.thread.change', { threadId: id });
    if (id) await this.#load(id);
  }

  async #load(id: string): Promise<void> {
    const number = ++this.#loadNumber;
    this.loading.value = true;
    this.loadError.value = null;
    this.#emit('chatkit.thread.load.start', { threadId: id });
    try {
      await this.#fetchThread(id, () => number === this.#loadNumber);
    } catch (error) {
      if (number !== this.#loadNumber) return;
      const missing = error instanceof ApiError && error.status === 404;
      this.loadError.value = {
        message: missing ? this.t.value('error.notfound') : this.#explain(error, 'error.load'),
        // What is gone does not come back by asking again.
        ...(!missing && { retry: () => void this.#load(id) }),
      };
      this.report(error);
    }
    if (number !== this.#loadNumber) return;
    this.loading.value = false;
    this.#emit('chatkit.thread.load.end', { threadId: id });
    this.#openLive();
    this.#resumeTool();
  }

  /** The first page of `threads.get_by_id` is the oldest; a longer thread is read from its end. */
  async #fetchThread(id: string, wanted: () => boolean): Promise<void> {
    const { body: thread, lastEvent } = await this.api.ask<Thread>({
      type: 'threads.get_by_id',
      params: { thread_id: id },
    });
    let items = thread.items?.data ?? [];
    let complete = !thread.items?.has_more;
    if (!complete) {
      const page = await this.#itemsBefore(id, undefined);
      items = page.data.reverse();
      complete = !page.has_more;
      if (wanted()) this.#earlierCursor = page.after;
    }
    if (!wanted()) return;
    this.#lastEvent = Math.max(this.#lastEvent, lastEvent ?? 0);
    this.conversation.thread.value = thread;
    this.conversation.sync(items, complete);
    this.earlier.value = complete || !this.#earlierCursor ? 'none' : 'more';
  }

  async #itemsBefore(id: string, after: string | undefined): Promise<Page<Item>> {
    const params = { thread_id: id, limit: pageSize, order: 'desc' as const, ...(after && { after }) };
    const { body } = await this.api.ask<Page<Item>>({ type: 'items.list', params });
    return { ...body, data: Array.isArray(body.data) ? body.data : [] };
  }

  /** Loads the page before the oldest item shown. */
  async loadEarlier(): Promise<void> {
    const id = this.threadId.value;
    if (!id || this.earlier.value !== 'more') return;
    const number = this.#loadNumber;
    this.earlier.value = 'loading';
    try {
      const page = await this.#itemsBefore(id, this.#earlierCursor);
      if (number !== this.#loadNumber) return;
      const stuck = page.after === this.#earlierCursor;
      this.#earlierCursor = page.after;
      this.conversation.prepend(page.data.reverse());
      this.earlier.value = page.has_more && page.after && !stuck ? 'more' : 'none';
    } catch (error) {
      if (number !== this.#loadNumber) return;
      this.earlier.value = 'more';
      this.report(error);
    }
  }

  /** Reads the thread again and shows what changed, in place. */
  async fetchUpdates(): Promise<void> {
    const id = this.threadId.value;
    if (this.history.state.value === 'ready') void this.history.load();
    if (!id) return;
    const number = this.#loadNumber;
    await this.#fetchThread(id, () => number === this.#loadNumber && !this.#run);
    this.#openLive();
  }

  #goneElsewhere(id: string): void {
    if (this.threadId.value === id) void this.#open(null, true, 'gone');
    this.composer.forget(id);
  }

  async deleteThread(id: string): Promise<void> {
    await this.history.remove(id);
    if (this.threadId.value === id) await this.#open(null, true, 'gone');
    this.composer.forget(id);
  }

  async renameThread(id: string, title: string): Promise<void> {
    const thread = this.conversation.thread.value;
    if (thread?.id === id) this.conversation.thread.value = { ...thread, title };
    await this.history.rename(id, title);
  }

  /** Puts the caret into the composer; not where that brings up a keyboard over what one has come to read. */
  readyToWrite(): void {
    if (!matchMedia('(pointer: coarse)').matches) this.focusRequests.value++;
  }

  showHistory(open: boolean): void {
    if (this.historyOpen.value === open) return;
    this.historyOpen.value = open;
    if (open) void this.history.open();
    this.#emit(open ? 'chatkit.history.open' : 'chatkit.history.close');
  }

  // --- sending ---------------------------------------------------------------------------------------------------

  /** Sends what is in the composer. */
  submit(): void {
    if (this.#cannotSend) return;
    const taken = this.composer.take();
    if (!taken) return;
    this.composer.clear();
    this.#releaseTool();
    this.log('composer.submit');
    void this.send(taken.input, taken.attachments);
  }

  /** Sends a prompt of the start screen, with the tool and the model that are chosen. */
  submitPrompt(prompt: string | readonly UserContent[]): void {
    if (this.#cannotSend) return;
    const content = trimmed(contentOf({ text: prompt, content: prompt }) ?? []);
    if (!content.length) return;
    const inference_options = this.composer.inference;
    this.#releaseTool();
    void this.send({ content, attachments: [], inference_options }, []);
  }

  get #cannotSend(): boolean {
    return this.isBusy || this.failure.value?.code === 'options';
  }

  /** A tool is chosen for one message, unless it wants to stay. */
  #releaseTool(): void {
    if (!this.composer.tool?.persistent) this.selectTool(null);
  }

  selectTool(id: string | null): void {
    if (this.composer.toolId.value === id) return;
    this.composer.toolId.value = id;
    this.#emit('chatkit.tool.change', { toolId: id });
  }

  /** Shows the message at once and sends it. Resolves when the answer has ended, however it ended. */
  async send(input: UserMessageInput, attachments: readonly WireAttachment[], newThread = false): Promise<void> {
    if (newThread && this.threadId.value) await this.#open(null, true, 'alone');
    this.showHistory(false);
    const message: UserMessage = {
      id: this.#localId(),
      type: 'user_message',
      created_at: new Date().toISOString(),
      content: input.content,
      attachments: [...attachments],
      inference_options: input.inference_options,
      ...(input.quoted_text !== undefined && { quoted_text: input.quoted_text }),
    };
    const entry = this.conversation.addLocal(message, 'sending');
    this.sentKey.value = entry.key;
    if (this.threadId.value) this.history.touch(this.threadId.value);
    await this.#sendMessage(input, entry);
  }

  #sendMessage(input: UserMessageInput, entry: Entry): Promise<boolean> {
    const id = this.threadId.value;
    if (!entry.sentAs || entry.sentAs.threadId !== id) entry.sentAs = { requestKey: newRequestKey(), threadId: id };
    return this.#converse(
      id
        ? { type: 'threads.add_user_message', params: { thread_id: id, input } }
        : { type: 'threads.create', params: { input } },
      entry.sentAs.requestKey,
      entry,
    );
  }

  /** Sends again a message that did not reach the server. */
  resend(entry: Entry): void {
    if (this.isBusy || entry.item.type !== 'user_message') return;
    const { content, attachments, quoted_text, inference_options } = entry.item;
    entry.origin = 'sending';
    entry.changed.value++;
    const input: UserMessageInput = {
      content,
      attachments: (attachments ?? []).map((attachment) => attachment.id),
      inference_options: inference_options ?? {},
      ...(quoted_text !== undefined && { quoted_text }),
    };
    void this.#sendMessage(input, entry);
  }

  /** Asks for another answer to a user message (by default the last one); everything after it goes. */
  retry(itemId?: string): void {
    if (this.isBusy) return;
    const isUser = (entry: Entry) => entry.item.type === 'user_message' && (!itemId || entry.item.id === itemId);
    const entry = this.conversation.findLast(isUser);
    const threadId = this.threadId.value;
    if (!entry) return;
    if (entry.origin === 'failed') {
      this.resend(entry);
      return;
    }
    if (!threadId || entry.origin !== 'server') return;
    // The server removes the later items without saying so.
    this.conversation.removeAfter(entry.item.id);
    this.log('message.retry');
    void this.#converse({ type: 'threads.retry_after_item', params: { thread_id: threadId, item_id: entry.item.id } });
  }

  answerQuestions(
    itemId: string,
    input: { status: 'answered' | 'skipped'; answers: Record<string, { values: string[]; skipped?: boolean }> },
  ): void {
    const threadId = this.threadId.value;
    if (this.isBusy || !threadId) return;
    void this.#converse({
      type: 'threads.add_structured_input',
      params: { thread_id: threadId, item_id: itemId, input },
    });
  }

  /** Carries out a widget's action. Rejects when it failed, or may not run now. */
  async act(action: WidgetAction, sender: { itemId: string; widget: object }): Promise<void> {
    const { type, payload } = action;
    const plain: CustomAction = payload === undefined ? { type } : { type, payload };
    if (action.handler === 'client') {
      const onAction = this.options.value?.widgets?.onAction;
      if (!onAction)
        throw new IntegrationError(`The action "${type}" has handler "client", but widgets.onAction is not set.`);
      await onAction(plain, { id: sender.itemId, widget: sender.widget as never });
      return;
    }
    await this.sendAction(plain, sender.itemId, action.streaming !== false);
  }

  async sendAction(action: CustomAction, itemId: string | undefined, streaming = true): Promise<void> {
    const threadId = this.threadId.value;
    if (!threadId) throw new IntegrationError('ChatKit: sendAction() ignored - no active thread.');
    const params = { thread_id: threadId, action, ...(itemId !== undefined && { item_id: itemId }) };
    if (!streaming) {
      const { body } = await this.api.ask<{ updated_item?: Item }>({ type: 'threads.sync_custom_action', params });
      if (body.updated_item) {
        this.conversation.apply({ type: 'thread.item.replaced', item: body.updated_item });
        this.conversation.commit();
      }
      return;
    }
    if (this.running.value) throw new IntegrationError('ChatKit: sendAction() ignored - already responding');
    const done = await this.#converse({ type: 'threads.custom_action', params });
    if (done) return;
    const failed = new IntegrationError(`The action "${action.type}" failed.`);
    // Why it did has been told already; this only ends what waits for it.
    this.#told.add(failed);
    throw failed;
  }

  /** Sends what people think of an answer. */
  async feedback(itemIds: string[], kind: 'positive' | 'negative'): Promise<void> {
    const threadId = this.threadId.value;
    if (!threadId) return;
    await this.api.ask({ type: 'items.feedback', params: { thread_id: threadId, item_ids: itemIds, kind } });
    this.log('message.feedback', { kind });
    this.announcement.value = this.t.value('message.feedback.sent');
  }

  /** Shows a message without telling the server, as for the transcript of a voice call. */
  addLocalMessage(role: 'user' | 'assistant', content: readonly UserContent[], id = this.#localId()): string {
    const text = content.map((part) => part.text).join('');
    const common = { id, created_at: new Date().toISOString() };
    const item: Item =
      role === 'user'
        ? { ...common, type: 'user_message', content: [...content] }
        : { ...common, type: 'assistant_message', content: [{ type: 'output_text', text, annotations: [] }] };
    const known = this.conversation.find(id);
    if (known) {
      known.item = item;
      known.changed.value++;
    } else this.conversation.addLocal(item, 'local');
    return id;
  }

  // --- the answer ------------------------------------------------------------------------------------------------

  /** Streams one request and what follows from it (client tool calls). True when nothing went wrong. */
  async #converse(request: StreamingRequest, requestKey = newRequestKey(), message?: Entry): Promise<boolean> {
    const run: Run = { stop: new AbortController(), stopped: false, opened: false, reached: false, tool: null };
    this.#closeLive();
    this.#run = run;
    this.failure.value = null;
    this.progress.value = null;
    this.allowCancel.value = true;
    this.running.value = true;
    this.announcement.value = this.t.value(this.api.connection.away.value ? 'chat.waiting' : 'chat.answering');
    let next: StreamingRequest | null = request;
    let current = request;
    let key = requestKey;
    try {
      while (next) {
        current = next;
        run.reached = false;
        run.tool = null;
        await this.api.stream(next, {
          key,
          signal: run.stop.signal,
          onOpen: () => {
            if (run.opened || this.#run !== run) return;
            run.opened = true;
            this.#emit('chatkit.response.start');
          },
          onEvent: (event, id) => {
            run.reached = true;
            this.#receive(event, id, run);
          },
        });
        this.#flush();
        key = newRequestKey();
        next = this.#run === run && run.tool ? await this.#callTool(run.tool) : null;
      }
    } catch (error) {
      this.#flush();
      if (this.#run !== run) return false;
      if (!run.stopped) {
        const broke = error instanceof ApiError && error.status === 0;
        // A resumable server goes on without us: the live feed takes over where this stream broke.
        if (broke && run.reached && this.api.canResume && this.threadId.value) {
          this.#run = null;
          this.#openLive();
          return true;
        }
        this.#refused(error, { request: current, key, reached: run.reached, message });
      } else if (message && !run.reached && (this.api.canResume || this.api.connection.away.value))
        failedToSend(message);
      this.#finish(run);
      return run.stopped;
    }
    const failed = this.failure.value !== null;
    if (this.#run === run) this.#finish(run);
    return !failed;
  }

  /** The answer has ended, one way or another. */
  #finish(run: Run | null): void {
    const opened = run ? run.opened : true;
    if (run && this.#run === run) this.#run = null;
    this.#settle();
    this.running.value = false;
    if (opened) this.#emit('chatkit.response.end');
    // A failure is an alert, and says so itself.
    this.announcement.value = run?.stopped
      ? this.t.value('chat.stopped')
      : this.failure.value
        ? ''
        : this.#answerAsHeard();
    this.#openLive();
  }

  #settle(): void {
    this.#flush();
    this.progress.value = null;
    this.conversation.settle();
  }

  /** A request was turned down, or its stream broke. */
  #refused(
    error: unknown,
    sent: { request: StreamingRequest; key: string; reached: boolean; message: Entry | undefined },
  ): void {
    const { request, key, reached, message } = sent;
    this.report(error);
    const busy = error instanceof ApiError && error.status === 409;
    const gone = error instanceof ApiError && error.status === 404 && 'thread_id' in request.params;
    if (message?.origin === 'sending' && !reached) {
      if (busy && this.composer.isEmpty && message.item.type === 'user_message') {
        // Nothing was written: the words go back to where they can be sent from.
        this.#writeAgain(message.item);
        this.conversation.remove(message.item.id);
        this.conversation.commit();
      } else failedToSend(message);
    }
    const retry = reached
      ? () => this.retry()
      : message
        ? () => this.resend(message)
        : () => void this.#converse(request, key);
    const text = this.#explain(error, reached ? 'error.generic' : 'error.server');
    this.failure.value = {
      message: text,
      code: error instanceof ApiError ? error.code : 'error',
      ...(gone ? { startAnew: () => void this.#startAnew(message) } : !busy && { retry }),
      ...(message && !busy && { about: message }),
    };
  }

  /** Leaves a thread that is gone for a new one, with the message it did not take. */
  async #startAnew(message: Entry | undefined): Promise<void> {
    await this.openThread(null);
    if (message?.item.type === 'user_message' && this.composer.isEmpty) this.#writeAgain(message.item);
    this.focusRequests.value++;
  }

  #writeAgain({ content, attachments, quoted_text }: UserMessage): void {
    this.composer.setContent(content);
    this.composer.attach((attachments ?? []) as Attachment[]);
    this.composer.reply.value = quoted_text ?? null;
  }

  #explain(error: unknown, otherwise: 'error.generic' | 'error.server' | 'error.load'): string {
    const t = this.t.value;
    if (!(error instanceof ApiError)) return t(otherwise);
    switch (error.status) {
      case 0:
        return otherwise === 'error.generic' ? t(otherwise) : t('error.network');
      case 401:
      case 403:
        return t('error.signin');
      case 404:
        return t('error.notfound');
      case 409:
        return t('error.busy');
      case 413:
        return t('error.large');
      case 429:
        return t('error.limit');
      default:
        return error.status >= 500 ? t('error.server') : (error.detail ?? t(otherwise));
    }
  }

  /** Stops the answer: at once here, and on the server as it can be done there. */
  async stop(): Promise<void> {
    if (!this.running.value) return;
    const run = this.#run;
    const threadId = this.threadId.value;
    this.log('response.stop');
    if (run) run.stopped = true;
    // Closing the stream is Stop for an ordinary server. And while nothing came back, it ends the tries to be heard.
    if (!this.api.canResume || !threadId || (run && !run.reached))
      run?.stop.abort(new DOMException('stopped', 'AbortError'));
    if (!this.api.canResume || !threadId) return;
    // Asked politely, so that the text so far is stored as it was shown; but a server that dawdles is not waited for.
    const limit = setTimeout(() => this.#cutOff(run), stopGrace);
    try {
      await this.api.stop(threadId);
    } catch (error) {
      this.report(error);
      clearTimeout(limit);
      this.#cutOff(run);
    }
  }

  #cutOff(run: Run | null): void {
    if (run) {
      if (this.#run === run) run.stop.abort(new DOMException('stopped', 'AbortError'));
    } else if (this.running.value && !this.#run) {
      this.#closeLive();
      this.#finish(null);
    }
  }

  /** Leaves what is running to itself: a resumable server goes on, an ordinary one stops. */
  #abandon(): void {
    this.#closeLive();
    const run = this.#run;
    this.#run = null;
    this.#queue = [];
    if (run) run.stop.abort(new DOMException('left', 'AbortError'));
    if (this.running.value) {
      this.#settle();
      this.running.value = false;
      if (!run || run.opened) this.#emit('chatkit.response.end');
    }
    this.progress.value = null;
  }

  // --- events ----------------------------------------------------------------------------------------------------

  /** Events are applied once a frame, so that the cost of drawing does not follow the number of tokens. */
  #receive(event: StreamEvent, id: number | undefined, run: Run | null): void {
    if (run && this.#run !== run) return;
    this.#queue.push([event, id, run]);
    if (this.#frame) return;
    let due = true;
    const flush = () => {
      if (!due) return;
      due = false;
      this.#frame = null;
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      this.#flush();
    };
    this.#frame = flush;
    const frame = requestAnimationFrame(flush);
    // A hidden page has no frames.
    const timer = setTimeout(flush, 100);
  }

  #flush(): void {
    const queue = this.#queue;
    if (!queue.length) return;
    this.#queue = [];
    for (const [event, id, run] of queue) {
      if (run !== this.#run) continue;
      if (id !== undefined && id > this.#lastEvent) this.#lastEvent = id;
      try {
        this.#apply(event, run);
      } catch (error) {
        // One malformed event must not take the answer with it.
        this.report(error);
      }
    }
    this.conversation.commit();
  }

  #apply(event: StreamEvent, run: Run | null): void {
    if (this.conversation.apply(event)) {
      if (event.type === 'thread.created' && event.thread?.id && this.threadId.value !== event.thread.id) {
        this.threadId.value = event.thread.id;
        this.#emit('chatkit.thread.change', { threadId: event.thread.id });
      }
      if ((event.type === 'thread.created' || event.type === 'thread.updated') && event.thread?.id)
        this.history.note(event.thread);
      if (event.type === 'thread.item.added' || event.type === 'thread.item.done') {
        if (event.item?.type === 'assistant_message') this.progress.value = null;
        if (event.item?.type === 'client_tool_call' && event.type === 'thread.item.done') {
          if (run && event.item.status !== 'completed') run.tool = event.item;
        }
      }
      // A feed that brings a growing item brings a running answer.
      if (!run && (event.type === 'thread.item.updated' || event.type === 'thread.item.added'))
        this.#runningElsewhere(true);
      return;
    }
    switch (event.type) {
      case 'stream_options':
        this.allowCancel.value = event.stream_options?.allow_cancel !== false;
        if (!run) this.#runningElsewhere(true);
        break;
      case 'progress_update':
        this.progress.value = event.text ? { text: event.text, ...(event.icon && { icon: event.icon }) } : null;
        break;
      case 'client_effect':
        this.#emit('chatkit.effect', { name: event.name, data: event.data ?? {} });
        break;
      case 'notice':
        this.#notice(event);
        break;
      case 'error': {
        const message =
          event.message || this.t.value(event.code === 'run.interrupted' ? 'error.interrupted' : 'error.generic');
        this.failure.value = {
          message,
          code: event.code ?? 'error',
          ...(event.allow_retry && { retry: () => this.retry() }),
        };
        this.report(Object.assign(new Error(message), { name: 'StreamError', code: event.code }));
        break;
      }
      case 'causerie.run':
        if (!run) this.#runningElsewhere(event.state === 'started');
        break;
      default:
        // A newer server may say things we do not know yet.
        break;
    }
  }

  #notice(notice: Notice): void {
    this.conversation.addLocal({ id: this.#localId(), ...notice } as unknown as Item, 'local');
  }

  dismiss(entry: Entry): void {
    this.conversation.remove(entry.item.id);
    this.conversation.commit();
  }

  #runningElsewhere(runs: boolean): void {
    if (this.running.value === runs || this.#run) return;
    if (runs) {
      this.failure.value = null;
      this.running.value = true;
      this.#emit('chatkit.response.start');
      return;
    }
    this.#settle();
    this.running.value = false;
    this.#emit('chatkit.response.end');
    this.announcement.value = this.failure.value ? '' : this.#answerAsHeard();
    this.#resumeTool();
  }

  /** The answer as a screen reader is to say it: its words once, when all are there, and of a long one its beginning. */
  #answerAsHeard(): string {
    let text = '';
    const entries = this.conversation.entries.value;
    const asked = entries.findLastIndex((entry) => entry.item.type === 'user_message');
    for (const { item } of entries.slice(asked + 1)) {
      if (item.type === 'assistant_message') text += `${item.content.map((part) => part.text).join('\n\n')}\n\n`;
      // What is never said need not be parsed either.
      if (text.length > heardLength * 3) break;
    }
    const words = toPlainText(text.slice(0, heardLength * 3))
      .replace(/\s+/g, ' ')
      .trim();
    if (!words) return this.t.value('chat.answered');
    return words.length > heardLength
      ? `${words.slice(0, words.lastIndexOf(' ', heardLength) + 1 || heardLength).trim()} …`
      : words;
  }

  // --- client tools ----------------------------------------------------------------------------------------------

  /** Runs a client tool and says what to send for it. What it throws is told to the assistant. */
  async #callTool(call: ClientToolCall): Promise<StreamingRequest | null> {
    this.#answeredCalls.add(call.id);
    const threadId = this.threadId.value;
    if (!threadId) return null;
    let result: unknown;
    try {
      const { onClientTool } = this.options.value!;
      if (!onClientTool)
        throw new IntegrationError(`No onClientTool handler is set for the client tool "${call.name}".`);
      result = (await onClientTool({ name: call.name, params: call.arguments ?? {} })) ?? {};
      JSON.stringify(result);
    } catch (error) {
      this.report(error);
      result = { error: error instanceof Error ? error.message : String(error) };
    }
    const entry = this.conversation.find(call.id);
    if (entry?.item.type === 'client_tool_call') {
      entry.item = { ...entry.item, status: 'completed', output: result };
      entry.changed.value++;
    }
    return { type: 'threads.add_client_tool_output', params: { thread_id: threadId, result } };
  }

  /**
   * A tool call that nobody answered, found when a thread is opened or a resumed answer ends with it: the page was
   * reloaded in the middle. One tab answers it, which a lock by the call's id decides.
   */
  #resumeTool(): void {
    const call = this.conversation.last?.item;
    if (call?.type !== 'client_tool_call' || call.status !== 'pending' || this.isBusy) return;
    if (!this.options.value?.onClientTool || this.#answeredCalls.has(call.id)) return;
    this.#answeredCalls.add(call.id);
    const threadId = this.threadId.value;
    const answer = async () => {
      if (this.isBusy || this.conversation.last?.item.id !== call.id) return;
      this.running.value = true;
      const request = await this.#callTool(call);
      if (request && this.threadId.value === threadId) await this.#converse(request);
      else this.running.value = false;
    };
    if (!navigator.locks) void answer();
    else {
      const name = `openai-chatkit tool ${call.id}`;
      void navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
        if (lock) await answer();
      });
    }
  }

  // --- the live feed ---------------------------------------------------------------------------------------------

  #openLive(): void {
    const threadId = this.threadId.value;
    if (this.#live || this.#run || !this.#alive || !threadId || !this.api.canResume || this.loading.value) return;
    if (document.visibilityState === 'hidden') return;
    const feed: LiveFeed = new LiveFeed({
      api: this.api,
      threadId,
      after: () => this.#lastEvent,
      awaitsEnd: () => this.running.value,
      onEvent: (event, id) => {
        if (this.#live === feed) this.#receive(event, id, null);
      },
      onBroken: (broken) => {
        if (this.#live !== feed) return;
        this.#feedBroken = broken;
        this.#tellOffline();
      },
      onEnd: (how) => {
        if (this.#live !== feed) return;
        this.#flush();
        this.#runningElsewhere(false);
        if (how !== 'ended') this.#live = null;
        if (how === 'lost') void this.#readAnew().catch((error) => this.report(error));
      },
    });
    this.#live = feed;
  }

  /** What happened after the last event seen here cannot be told any more. The thread itself can, and what follows. */
  async #readAnew(): Promise<void> {
    const id = this.threadId.value;
    if (!id) return;
    const [number, before] = [this.#loadNumber, this.#lastEvent];
    this.#lastEvent = 0;
    await this.#fetchThread(id, () => number === this.#loadNumber && !this.#run);
    // A server that refuses this place too is not asked for ever.
    if (this.#lastEvent !== before) this.#openLive();
  }

  #closeLive(): void {
    this.#live?.close();
    this.#live = null;
    this.#feedBroken = false;
    this.#tellOffline();
  }

  #tellOffline(): void {
    this.offline.value = this.#feedBroken || this.api.connection.away.value;
  }

  /** The server has gone, or is back: then what waited for it goes on. Messages wait in `api.stream`. */
  #onConnection(): void {
    this.#tellOffline();
    if (this.api.connection.away.value || !this.#alive) return;
    const run = this.#run;
    // Lines that hung through it may never say that they are dead. A resumable server tells what was missed. A client tool
    // at work is let be: nobody would send what it gives.
    if (run?.reached && !run.tool && this.api.canResume) run.stop.abort(new ApiError(0, 'network'));
    else if (this.#live) {
      this.#closeLive();
      this.#openLive();
    }
    this.composer.retryLost();
    this.loadError.value?.retry?.();
    if (this.history.state.value === 'failed') void this.history.load();
  }

  #onVisibility = (): void => {
    if (document.visibilityState === 'hidden') this.#closeLive();
    else this.#openLive();
  };

  // --- language --------------------------------------------------------------------------------------------------

  #setLocale(asked: string | undefined): void {
    const locale = resolveLocale(asked ? [asked] : [...(navigator.languages ?? []), navigator.language]);
    if (locale === this.locale.value) return;
    this.locale.value = locale;
    this.direction.value = directionOf(locale);
    this.t.value = translator(locale);
    void loadCatalogue(locale).then(
      (catalogue) => {
        if (this.locale.value === locale) this.t.value = translator(locale, catalogue);
      },
      // No catalogue for it: English stays.
      () => this.log('locale.missing', { locale }),
    );
  }

  #localId(): string {
    return `local_${Date.now().toString(36)}_${this.#localIds++}`;
  }
}

/** Shows that a message was not sent as far as is known here, and offers to send it again. */
function failedToSend(message: Entry): void {
  if (message.origin !== 'sending') return;
  message.origin = 'failed';
  message.changed.value++;
}
