import type { ChatKitEvents } from '@openai/chatkit';
import { type Translate, translator } from '../locales/translate.ts';
import type { ElementOptions } from '../options/options.ts';
import type { StreamEvent, StreamingRequest } from '../protocol.ts';
import { Api } from '../transport/api.ts';
import type { LiveFeed } from '../transport/live-feed.ts';
import { Conversation, type Entry } from './conversation.ts';
import { MessageDraft } from './message-draft.ts';
import { idle, type Phase, type Run } from './phase.ts';
import { Signal } from './signal.ts';
import { ThreadList } from './thread-list.ts';

export type Emit = <K extends keyof ChatKitEvents>(name: K, detail?: ChatKitEvents[K]['detail']) => void;

/** What went wrong with the answer, as it is shown under it. */
export type Failure = {
  message: string;
  code: string;
  /**
   * What the person can do: have the last message answered again (`retry`), make the request again (`resend`), or take the
   * message to a new thread, since this one is gone (`startAnew`).
   */
  remedy?: 'retry' | 'resend' | 'startAnew';
  /** The message that did not arrive. */
  about?: Entry;
  /** The request that failed, and the name under which it is made again. */
  sent?: SentRequest;
};

export type SentRequest = { request: StreamingRequest; key: string };

/** The state of one chat. Views read the signals; the files of this folder change them. */
export class SessionState {
  readonly options = new Signal<ElementOptions | null>(null);
  readonly t = new Signal<Translate>(translator('en'));
  readonly locale = new Signal('en');
  readonly direction = new Signal<'ltr' | 'rtl'>('ltr');
  readonly threadId = new Signal<string | null>(null);
  readonly phase = new Signal<Phase>(idle);
  readonly allowCancel = new Signal(true);
  readonly progress = new Signal<{ text: string; icon?: string } | null>(null);
  readonly failure = new Signal<Failure | null>(null);
  readonly offline = new Signal(false);
  /** Whether the server has items before the oldest one shown. */
  readonly earlier = new Signal<'none' | 'more' | 'loading'>('none');
  readonly historyOpen = new Signal(false);
  /** What screen readers say next. */
  readonly announcement = new Signal('');
  /** The key of the last message that was sent from here: the view scrolls to it. */
  readonly sentKey = new Signal<string | null>(null);
  /** Counts the requests to put the caret into the composer. */
  readonly focusRequests = new Signal(0);
  /** The view draws the whole conversation, for the printer. */
  readonly printing = new Signal(false);

  readonly api: Api = new Api(() => ({ api: this.options.value!.api, locale: this.locale.value }));
  readonly conversation = new Conversation();
  readonly draft: MessageDraft = new MessageDraft(
    this.api,
    () => this.options.value!,
    (error) => this.report(error),
  );
  readonly threadList: ThreadList = new ThreadList(this.api, (error) => this.report(error));
  readonly emit: Emit;

  /** The element is in a document. */
  alive = false;
  /** Counts the threads shown and the times each was read: an answer to an older visit is dropped. */
  visit = 0;
  /** Where the page before the oldest item begins. */
  earlierCursor: string | undefined;
  /** The place in the thread's log of the last event applied; 0 before the first. */
  lastEvent = 0;
  /** Events that wait for the next frame, each with the request that brought it (null: the live feed). */
  queue: [StreamEvent, number | undefined, Run | null][] = [];
  feed: LiveFeed | null = null;
  feedBroken = false;
  /** Client tool calls that this element has taken, by id. */
  readonly answeredCalls = new Set<string>();
  /** Runs after an answer in the live feed has ended. The session sets it. */
  afterFollowing: () => void = () => {};
  #localIds = 0;
  /** Errors that the page knows: each is reported once, however many places report it. */
  readonly #reported = new WeakSet<Error>();

  constructor(emit: Emit) {
    this.emit = emit;
  }

  /** Reports an error to the page. What people should know of it is shown where it happened. */
  report(error: unknown): void {
    const reported = error instanceof Error ? error : new Error(String(error));
    if (this.#reported.has(reported)) return;
    this.#reported.add(reported);
    this.emit('chatkit.error', { error: reported });
  }

  /** Keeps an error from being reported, since the page knows its cause already. */
  silence(error: Error): void {
    this.#reported.add(error);
  }

  log(name: string, data?: Record<string, unknown>): void {
    this.emit('chatkit.log', data ? { name, data } : { name });
  }

  /** Makes an id for an item that the server does not have. */
  newLocalId(): string {
    return `local_${Date.now().toString(36)}_${this.#localIds++}`;
  }

  showHistory(open: boolean): void {
    if (this.historyOpen.value === open) return;
    this.historyOpen.value = open;
    if (open) void this.threadList.open();
    this.emit(open ? 'chatkit.history.open' : 'chatkit.history.close');
  }

  /** Chooses a tool for the next message; null chooses none. */
  selectTool(id: string | null): void {
    if (this.draft.toolId.value === id) return;
    this.draft.toolId.value = id;
    this.emit('chatkit.tool.change', { toolId: id });
  }
}
