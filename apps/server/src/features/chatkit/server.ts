import {
  type Action,
  type AttachmentStore,
  type AudioInput,
  ChatKitServer,
  type Logger,
  type RunOptions,
  type Store,
  type StreamEvent,
  type ThreadItem,
  type ThreadMetadata,
  type UserMessageItem,
  type WidgetItem,
} from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import type { Conversations, StopReason } from '../conversations/index.ts';
import type { AnswerRun, Usage } from './answer-run.ts';
import type { ChatKitContext } from './context.ts';
import type { EventNumber } from './postgres-store.ts';
import { toPending, unfinished } from './unfinished.ts';

/** Who writes the answers: the agents, or in tests and benchmarks a script. */
export type Responder = {
  /** The name of the model that answers, such as `openai/gpt-5`. */
  model?: string;
  /** The setting that the model waits for before it can answer. */
  missingSetting?: string | undefined;
  /** True where no language model answers, but the built-in guide. */
  offline?: boolean;
  /** Loads what the first answer would otherwise wait for; called when someone first opens a chat. */
  warm?(): void;
  respond(turn: {
    thread: ThreadMetadata;
    /** Undefined after a client tool's output or a structured input. */
    input: UserMessageItem | undefined;
    store: Store<ChatKitContext>;
    context: ChatKitContext;
    signal: AbortSignal;
    /** To be told once at most, before the events end. */
    onUsage(usage: Usage): void;
  }): AsyncIterable<StreamEvent>;
  /** Undefined for an action that is none of its own. */
  action?(turn: {
    thread: ThreadMetadata;
    action: Action;
    sender: WidgetItem | undefined;
    store: Store<ChatKitContext>;
    context: ChatKitContext;
    signal: AbortSignal;
    onUsage(usage: Usage): void;
  }): AsyncIterable<StreamEvent> | undefined;
};

/** ChatKit's server with our responder behind it. */
export class CauserieChatKitServer extends ChatKitServer<ChatKitContext, EventNumber, AnswerRun> {
  readonly #responder: Responder;
  #warmed = false;
  readonly #conversations: Conversations;
  readonly #transcribe: ((audio: AudioInput) => Promise<string>) | undefined;

  constructor(deps: {
    store: Store<ChatKitContext, EventNumber, AnswerRun>;
    attachments: AttachmentStore<ChatKitContext>;
    transcribe?: ((audio: AudioInput) => Promise<string>) | undefined;
    responder: Responder;
    conversations: Conversations;
  }) {
    super(deps.store, deps.attachments);
    this.#responder = deps.responder;
    this.#conversations = deps.conversations;
    this.#transcribe = deps.transcribe;
  }

  override respond(
    thread: ThreadMetadata,
    input: UserMessageItem | undefined,
    context: ChatKitContext,
    options: RunOptions<AnswerRun>,
  ): AsyncIterable<StreamEvent> {
    return this.#responder.respond({ thread, input, context, store: this.store, ...turnOf(options) });
  }

  override action(
    thread: ThreadMetadata,
    action: Action,
    sender: WidgetItem | undefined,
    context: ChatKitContext,
    options: RunOptions<AnswerRun>,
  ) {
    return (
      this.#responder.action?.({ thread, action, sender, context, store: this.store, ...turnOf(options) }) ??
      super.action(thread, action, sender, context, options)
    );
  }

  override async transcribe(audio: AudioInput): Promise<string> {
    if (!this.#transcribe)
      throw new AppError('not_configured', 'Dictation needs a model provider that can hear: set OPENAI_API_KEY.');
    return this.#transcribe(audio);
  }

  /** Someone is here: what answers is loaded while they type, rather than at the start for nobody. */
  warm(): void {
    if (!this.#warmed) this.#responder.warm?.();
    this.#warmed = true;
  }

  /** The request's own log, whose lines carry its id. */
  override loggerFor({ log }: ChatKitContext): Logger {
    return {
      warn: (message, details) => log.warn(fieldsOf(details), message),
      error: (message, details) => log.error(fieldsOf(details), message),
    };
  }

  override addFeedback(threadId: string, itemIds: string[], kind: 'positive' | 'negative', context: ChatKitContext) {
    return this.#conversations.rate(context.person.id, threadId, itemIds, kind);
  }

  /** Keeps what was said until then, and tells the model why there is no more. */
  override async handleStreamCancelled(
    thread: ThreadMetadata,
    pending: ThreadItem[],
    context: ChatKitContext,
    reason: unknown,
    answer?: AnswerRun,
  ): Promise<void> {
    if (answer?.run.isLost) return;
    for (const item of unfinished.keep(pending.map(toPending), reason as StopReason, thread.id))
      await this.#conversations.putItem(context.person.id, thread.id, item, 'item.done', answer?.run);
  }
}

const turnOf = ({ signal, run }: RunOptions<AnswerRun>) => ({
  signal,
  onUsage: (usage: Usage) => run?.onUsage(usage),
});

/** The log writes the stack of what is called `err`, and of nothing else. */
function fieldsOf(details: unknown): object {
  const { error, ...fields } = (details ?? {}) as { error?: unknown };
  return error === undefined ? fields : { ...fields, err: error };
}
