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

/** Writes the answers: the agents, or a script in tests and benchmarks. */
export type Responder = {
  /** The name of the answering model, such as `openai/gpt-5`. */
  model?: string;
  /** The setting that the model needs before it can answer. */
  missingSetting?: string | undefined;
  /** True where the built-in guide answers instead of a language model. */
  offline?: boolean;
  /** Loads what the first answer needs; called when a person first opens a chat. */
  warm?(): void;
  respond(turn: {
    thread: ThreadMetadata;
    /** Undefined after a client tool's output or a structured input. */
    input: UserMessageItem | undefined;
    store: Store<ChatKitContext>;
    context: ChatKitContext;
    signal: AbortSignal;
    /** Reports the usage of the turn, at most once and before the events end. */
    onUsage(usage: Usage): void;
  }): AsyncIterable<StreamEvent>;
  /** Undefined for an action of another component. */
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

/** ChatKit's server, with our responder. */
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

  /** Loads the responder while a person types, rather than at the start of a server that nobody may use. */
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

  /** Stores the text of the cut answer, and a note for the model about the cause. */
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

/** The log writes the stack of the field `err` only. */
function fieldsOf(details: unknown): object {
  const { error, ...fields } = (details ?? {}) as { error?: unknown };
  return error === undefined ? fields : { ...fields, err: error };
}
