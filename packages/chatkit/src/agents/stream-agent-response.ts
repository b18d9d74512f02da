import type { RunStreamEvent } from '@openai/agents';
import type { StreamEvent } from '../protocol/events.ts';
import { isHidden, type WorkflowItem } from '../protocol/items.ts';
import type { Logger } from '../server/event-pump.ts';
import type { AgentContext, ClientToolCall } from './agent-context.ts';
import { NormalisedReader, type NormalisedResponse } from './normalised-reader.ts';
import { ResponseStreamConverter } from './response-stream-converter.ts';
import { type RawResponsesEvent, ResponsesReader } from './responses-reader.ts';
import { TurnWriter } from './turn-writer.ts';

/** The result of `run(agent, input, { stream: true })`, or any other source of the same events. */
export interface AgentRun extends AsyncIterable<RunStreamEvent> {
  /** A web stream. The SDK's type of it names no reader, though the stream has one. */
  toStream?(): unknown;
  readonly cancelled?: boolean;
  /** The error of the run, set before a reader has reached the end of its events. */
  readonly error?: unknown;
}
/** A run of the SDK, with a member that its types do not declare. */
interface SdkRun extends AgentRun {
  /** Keeps the events before an error readable after it. */
  _preserveQueuedItemsOnError?(): void;
}
type RunReader = {
  read(): Promise<{ done: boolean; value?: RunStreamEvent | undefined }>;
  cancel(reason?: unknown): Promise<void>;
};

export type StreamAgentResponseOptions = {
  converter?: ResponseStreamConverter;
  /** Ends the stream and the run, model call included. Default: the context's signal. */
  signal?: AbortSignal;
  /** Receives every tool failure, with the tool's name: the SDK reports it to the model alone. Default: `console`. */
  logger?: Pick<Logger, 'error'>;
  /** Called with each whole response of the model: its usage, and its provider's data. */
  onResponse?: (response: ModelResponse) => void;
};

/** A response of the model as the SDK's `response_done` carries it. */
export type ModelResponse = Extract<
  Extract<RunStreamEvent, { type: 'raw_model_stream_event' }>['data'],
  { type: 'response_done' }
>['response'];

/**
 * Converts the run of an agent to ChatKit events, merged with the events of its tools, in the order in which both
 * happened. Pass the result to ChatKit with `yield*`.
 *
 * It ends when the run ends. An error of the run is thrown after the events before it. When a guardrail trips, every
 * item of this turn is removed first (`thread.item.removed`). Returning from the iteration, or aborting the signal,
 * cancels the run and the call to the model.
 */
export function streamAgentResponse(
  context: AgentContext<unknown>,
  run: AgentRun,
  options: StreamAgentResponseOptions = {},
): AsyncIterableIterator<StreamEvent, void, undefined> {
  return new AgentResponse(context, run, options);
}

// Written out rather than an async generator: `return()` of a generator waits for the `next()` in flight, and so could
// not stop a model that is silent. It also costs fewer turns of the microtask queue for each token.
class AgentResponse implements AsyncIterableIterator<StreamEvent, void, undefined> {
  readonly #context: AgentContext<unknown>;
  readonly #run: AgentRun;
  readonly #signal: AbortSignal | undefined;
  readonly #logger: Pick<Logger, 'error'>;
  readonly #onResponse: StreamAgentResponseOptions['onResponse'];
  readonly #calls: ToolCalls = new ToolCalls();
  readonly #responses: ResponsesReader;
  readonly #normalised: NormalisedReader;
  #reader: RunReader | undefined;
  #state: 'new' | 'running' | 'ended' = 'new';
  #failure: { error: unknown } | undefined;
  #waiting: { resolve(result: IteratorResult<StreamEvent, void>): void; reject(error: unknown): void }[] = [];
  /** Whether the current model call sends Responses API events, which make the SDK's own events redundant. */
  #responsesApi = false;

  constructor(context: AgentContext<unknown>, run: AgentRun, options: StreamAgentResponseOptions) {
    this.#context = context;
    this.#run = run;
    this.#signal = options.signal ?? context.signal;
    this.#logger = options.logger ?? console;
    this.#onResponse = options.onResponse;
    const writer = new TurnWriter(context, options.converter ?? new ResponseStreamConverter());
    this.#responses = new ResponsesReader(writer);
    this.#normalised = new NormalisedReader(writer);
    // Otherwise the SDK (`StreamedRunResult._raiseError`) drops its unread events when the run fails: the words that a
    // model server sent in one packet with its failure, or during a query to the store.
    (run as SdkRun)._preserveQueuedItemsOnError?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<StreamEvent, void>> {
    if (this.#state === 'new') {
      this.#state = 'running';
      void this.#pump();
    }
    const event = this.#waiting.length === 0 ? this.#context.outbox.shift() : undefined;
    if (event) return Promise.resolve({ value: event, done: false });
    if (this.#state === 'ended') return this.#ending();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#context.outbox.whenReady(this.#deliver);
    });
  }

  return(): Promise<IteratorResult<StreamEvent, void>> {
    this.#stop();
    this.#context.outbox.clear();
    return Promise.resolve({ value: undefined, done: true });
  }

  readonly #deliver = (): void => {
    while (this.#waiting.length > 0) {
      const event = this.#context.outbox.shift();
      if (!event && this.#state !== 'ended') {
        this.#context.outbox.whenReady(this.#deliver);
        return;
      }
      const { resolve, reject } = this.#waiting.shift()!;
      if (event) resolve({ value: event, done: false });
      else this.#ending().then(resolve, reject);
    }
  };

  #ending(): Promise<IteratorResult<StreamEvent, void>> {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure ? Promise.reject(failure.error) : Promise.resolve({ value: undefined, done: true });
  }

  readonly #stop = (): void => {
    if (this.#state === 'ended') return;
    const reader = this.#reader;
    this.#end();
    // Cancelling the stream aborts the run's own signal, which the call to the model listens to.
    (reader ?? this.#openReader()).cancel().catch(() => {});
  };

  #end(failure?: { error: unknown }): void {
    this.#state = 'ended';
    this.#failure = failure;
    this.#signal?.removeEventListener('abort', this.#stop);
    this.#deliver();
  }

  #openReader(): RunReader {
    const stream = this.#reader ? undefined : (this.#run.toStream?.() as { getReader?(): RunReader } | undefined);
    // A reader rather than the iterator: it can be cancelled while a read is waiting.
    this.#reader ??= stream?.getReader?.() ?? iteratorReader(this.#run);
    return this.#reader;
  }

  get #stopped(): boolean {
    return this.#state === 'ended';
  }

  async #pump(): Promise<void> {
    try {
      if (this.#signal?.aborted) return this.#stop();
      this.#signal?.addEventListener('abort', this.#stop, { once: true });
      await this.#resumeWorkflow();
      if (this.#stopped) return;
      const reader = this.#openReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (this.#stopped) return;
        if (done || !value) break;
        // Output that tripped a guardrail is never shown, not even until its removal.
        const { error } = this.#run;
        if (error && isGuardrail(error)) throw error;
        const pending = this.#read(value);
        if (pending) await pending;
        if (this.#stopped) return;
      }
      if (!this.#run.cancelled) await this.#finish();
      if (!this.#stopped) this.#end();
    } catch (error) {
      if (this.#stopped) return;
      if (isGuardrail(error)) this.#takeBack();
      this.#end({ error });
      this.#reader?.cancel().catch(() => {});
    }
  }

  #read(event: RunStreamEvent): void | Promise<void> {
    if (event.type === 'raw_model_stream_event') {
      const { data } = event;
      switch (data.type) {
        case 'model':
          return this.#readModelEvent(data.event as RawResponsesEvent | null);
        case 'output_text_delta':
          if (this.#responsesApi || fromResponses(data.providerData)) return;
          this.#calls.idsAreReal = false;
          return this.#normalised.textDelta(data.delta, data.itemId);
        case 'response_started':
          this.#responsesApi = false;
          this.#normalised.newResponse();
          return;
        case 'response_done':
          this.#onResponse?.(data.response);
          if (this.#responsesApi || fromResponses(data.providerData)) {
            this.#responsesApi = false;
            return;
          }
          this.#calls.idsAreReal = false;
          return this.#normalised.done(data.response as NormalisedResponse);
      }
      return;
    }
    if (event.type !== 'run_item_stream_event') return;
    const { item } = event;
    if (item.type === 'tool_call_item') this.#calls.add(item.rawItem as RawToolCall);
    else if (item.type === 'tool_call_output_item') this.#tellFailure(item.rawItem as { name?: string }, item.output);
  }

  /** Logs a tool that throws, most often a widget that cannot be built: otherwise only the model learns of it. */
  #tellFailure({ name }: { name?: string }, output: unknown): void {
    if (typeof output !== 'string' || !output.startsWith(toolFailure)) return;
    this.#logger.error(`The tool ${name ?? '(unnamed)'} failed`, {
      tool: name,
      thread_id: this.#context.thread.id,
      error: output.slice(toolFailure.length).trim(),
    });
  }

  #readModelEvent(event: RawResponsesEvent | null): void | Promise<void> {
    const type = event?.type;
    if (typeof type === 'string' && type.startsWith('response.')) {
      // `response.completed` arrives after the SDK's `response_done`, so it belongs to no open response.
      if (type !== 'response.completed') this.#responsesApi = true;
      this.#calls.idsAreReal = true;
      return this.#responses.read(event!);
    }
    this.#calls.idsAreReal = false;
    return this.#normalised.raw(event);
  }

  /** A workflow that a client tool interrupted goes on where it was. */
  async #resumeWorkflow(): Promise<void> {
    const { thread, store, requestContext } = this.#context;
    const page = await store.loadThreadItems(thread.id, { limit: 20, order: 'desc' }, requestContext);
    // Several calls may have been run one after another, and what is hidden may stand between.
    const candidate = page.data.find((item) => item.type !== 'client_tool_call' && !isHidden(item));
    if (candidate?.type === 'workflow' && !hasEnded(candidate)) this.#context.workflowItem ??= candidate;
  }

  async #finish(): Promise<void> {
    const context = this.#context;
    const { thread, store, requestContext } = context;
    // The workflow stays open: a client tool was called, and the next turn finds the workflow in the store.
    if (context.workflowItem) await store.saveItem(thread.id, context.workflowItem, requestContext);
    const call = context.clientToolCall;
    if (!call) return;
    const known = this.#calls.find(call);
    context.stream({
      type: 'thread.item.done',
      item: {
        id: known?.id ?? context.generateId('tool_call'),
        thread_id: thread.id,
        created_at: new Date().toISOString(),
        type: 'client_tool_call',
        status: 'pending',
        call_id: known?.callId ?? context.generateId('tool_call'),
        name: call.name,
        arguments: call.arguments,
      },
    });
  }

  #takeBack(): void {
    this.#context.outbox.clear();
    for (const id of this.#context.producedIds) {
      this.#context.outbox.push({ type: 'thread.item.removed', item_id: id });
    }
  }
}

/** What the SDK answers to the model in place of a tool that threw (`defaultToolErrorFunction`). */
const toolFailure = 'An error occurred while running the tool. Please try again. Error:';

type RawToolCall = {
  type?: string;
  id?: string;
  callId?: string;
  name?: string;
};

/** The function calls of the run, for naming the client tool call after the one it stands for. */
class ToolCalls {
  /** False for Chat Completions and the like, where a call's id is that of the whole response. */
  idsAreReal = true;
  readonly #calls: { name: string | undefined; id: string | undefined; callId: string }[] = [];

  add(raw: RawToolCall): void {
    if (raw.type !== 'function_call' || !raw.callId) return;
    this.#calls.push({ name: raw.name, id: (this.idsAreReal && raw.id) || undefined, callId: raw.callId });
  }

  /** Finds the named call, or the last call of that tool, or else the last call of any tool. */
  find({ callId, name }: ClientToolCall): { id: string | undefined; callId: string } | undefined {
    return (
      this.#calls.find((call) => call.callId === callId) ??
      this.#calls.findLast((call) => call.name === name) ??
      this.#calls.at(-1)
    );
  }
}

/** Whether a workflow has ended. Only the automatic summary, a duration, proves it: another may be there from the start. */
const hasEnded = (item: WorkflowItem): boolean =>
  item.workflow.summary !== undefined && 'duration' in item.workflow.summary;

const fromResponses = (providerData: unknown): boolean => {
  const type = (providerData as { type?: unknown } | undefined)?.type;
  return typeof type === 'string' && type.startsWith('response.');
};

const guardrailErrors = new Set(['InputGuardrailTripwireTriggered', 'OutputGuardrailTripwireTriggered']);

/** By name: an `instanceof` would need the SDK at run time, and misses the error of a second copy of it. */
function isGuardrail(error: unknown): boolean {
  for (let type = Object.getPrototypeOf(error ?? {}); type; type = Object.getPrototypeOf(type)) {
    if (guardrailErrors.has(type.constructor?.name)) return true;
  }
  return false;
}

function iteratorReader(run: AsyncIterable<RunStreamEvent>): RunReader {
  const iterator = run[Symbol.asyncIterator]();
  return {
    read: () => iterator.next() as Promise<{ done: boolean; value?: RunStreamEvent }>,
    cancel: async () => {
      await iterator.return?.();
    },
  };
}
