import {
  CustomStreamError,
  type Store,
  type StreamEvent,
  type ThreadItem,
  type ThreadMetadata,
  type UserMessageItem,
} from '@causerie/chatkit';
import { AgentContext, type AgentRun, streamAgentResponse, ThreadItemConverter } from '@causerie/chatkit/agents';
import { applyUpdate } from '@causerie/chatkit/replay';
import type { FunctionTool, Model, ModelSettings, Runner } from '@openai/agents';
import { modelFailure } from '../../platform/models/index.ts';
import type { AgentsDeps, AgentsLog } from './deps.ts';
import { loadHistory } from './history.ts';
import { instructionsFor } from './instructions.ts';
import { type ModelUsage, searchTitle, type TitleSearch } from './title.ts';
import { weatherTool } from './weather-tool.ts';

/** What one turn cost, the thread's title included; of a turn that failed or was stopped, as far as it is known. */
export interface TurnUsage extends ModelUsage {
  model: string;
}

/** One turn of an agent in a thread. */
export interface Turn<Context> {
  thread: ThreadMetadata;
  /** The message just stored; undefined when the answer goes on after a client tool. */
  input: UserMessageItem | undefined;
  store: Store<Context>;
  context: Context;
  /** Aborted when the answer is no longer wanted. */
  signal?: AbortSignal | undefined;
  /** Of the person's interface, from Accept-Language or their account; default English. */
  language?: 'en' | 'fr' | 'es' | undefined;
  /** A log whose lines carry the request's id; default: the feature's own. */
  log?: AgentsLog | undefined;
  /** Told once, when the turn is over. */
  onUsage?: ((usage: TurnUsage) => void) | undefined;
}

interface Assistant extends AgentsDeps {
  model: string;
}

/** Mentions are passed on by name until there is something they stand for. */
class PlainConverter extends ThreadItemConverter {
  override tagToMessageContent(tag: { text: string }) {
    return { type: 'input_text' as const, text: tag.text };
  }
}

/** The one agent there is so far. */
export const agentName = 'Assistant';

const plain = new PlainConverter();

/** The events of one turn; see `Agents.respond`. */
export async function* answer<Context>(
  deps: Assistant,
  turn: Turn<Context>,
): AsyncGenerator<StreamEvent, void, undefined> {
  const { thread, store, signal } = turn;
  const language = turn.language ?? 'en';
  const { config, model: name } = deps;
  const rules = name === 'offline';
  const open = new Map<string, ThreadItem>();
  const agentContext = new AgentContext<Context>({
    thread,
    store,
    requestContext: turn.context,
    ...(signal && { signal }),
  });
  let title: TitleSearch | undefined;
  let usage: ModelUsage | undefined;

  try {
    const [history, model, { Agent, runner, tools }] = await Promise.all([
      loadHistory(store, thread, turn.context, {
        items: config.historyItems ?? 60,
        characters: config.historyCharacters ?? 120_000,
      }),
      deps.models.resolve(name),
      parts(),
    ]);
    const input = await (deps.converter ?? plain).toAgentInput(history);
    if (signal?.aborted) return;
    const agent = new Agent<AgentContext<Context>>({
      name: agentName,
      instructions: instructionsFor(config.instructions, language, new Date()),
      model,
      modelSettings: settingsFor(name, language),
      tools: tools as FunctionTool<AgentContext<Context>>[],
      // A client tool ends the turn; a call that could not be read goes back to the model.
      toolUseBehavior: (run) =>
        (run.context as AgentContext).clientToolCall
          ? { isFinalOutput: true, isInterrupted: undefined, finalOutput: '' }
          : { isFinalOutput: false, isInterrupted: undefined },
    });
    const run = await runner.run(agent, input, {
      stream: true,
      context: agentContext,
      maxTurns: config.maxTurns ?? 8,
      ...(signal && { signal }),
    });
    // A run that is stopped or fails rejects this as well, with nobody else listening.
    run.completed.catch(() => {});

    try {
      const log = turn.log ?? deps.log;
      const logger = { error: (message: string, fields?: unknown) => log.warn(fields as object, message) };
      for await (const event of streamAgentResponse(agentContext, run as unknown as AgentRun, { logger })) {
        track(open, event);
        // Not before the answer has begun: the title must not take the first token's place in the queue. And not when
        // the turn ends with a client tool, since the turn after it comes back to this.
        if (!thread.title && !(event.type === 'thread.item.done' && event.item.type === 'client_tool_call' && !rules)) {
          title ??= begin(history, language, rules ? undefined : model);
          if (title?.found) thread.title = title.found;
        }
        yield event;
      }
    } finally {
      usage = run.runContext.usage;
    }
    // When the browser is to run a tool it must not wait; the next turn of this thread looks for the title again.
    if (!thread.title && title && !agentContext.clientToolCall && !signal?.aborted) {
      thread.title = await title.settle(config.titleWaitMs ?? 1_500);
    }
  } catch (error) {
    if (signal?.aborted) return;
    yield* close(open);
    const failure = modelFailure(error, language);
    if (!failure) throw error;
    const fields = { thread_id: thread.id, model: name, kind: failure.kind, detail: failure.detail };
    (turn.log ?? deps.log).warn(fields, 'The model failed');
    if (!thread.title && title?.found) thread.title = title.found;
    throw new CustomStreamError(failure.message, { allowRetry: failure.retryable, cause: error });
  } finally {
    title?.stop();
    if (usage) turn.onUsage?.({ model: name, ...sum(usage, title?.usage) });
  }
}

interface Parts {
  Agent: typeof import('@openai/agents').Agent;
  runner: Runner;
  tools: FunctionTool[];
}

let loaded: Promise<Parts> | undefined;

/** What every turn shares; loaded with the first. */
function parts(): Promise<Parts> {
  loaded ??= import('@openai/agents').then(async ({ Agent, Runner, setTracingDisabled }) => {
    // The SDK would send what agents do to OpenAI; nothing leaves this server but the call of the model itself.
    setTracingDisabled(true);
    return {
      Agent,
      runner: new Runner({ tracingDisabled: true }),
      tools: [(await weatherTool()) as unknown as FunctionTool],
    };
  });
  return loaded;
}

function settingsFor(name: string, language: string): ModelSettings {
  // The offline model has no other way to learn the language; real models read it in their instructions.
  if (name === 'offline') return { providerData: { language } };
  // OpenAI's thinking models say what they think only when asked; little effort keeps the first word near.
  if (/^(?:openai\/)?(?:gpt-5|o\d)/.test(name)) return { reasoning: { effort: 'low', summary: 'auto' } };
  return {};
}

function begin(history: ThreadItem[], language: 'en' | 'fr' | 'es', model: Model | undefined): TitleSearch | undefined {
  const first = history.find((item) => item.type === 'user_message');
  if (!first) return undefined;
  const text = first.content.map((part) => (part.type === 'input_text' ? part.text : `@${part.text}`)).join('');
  return searchTitle(text, language, model);
}

const sum = (one: ModelUsage, other?: ModelUsage): ModelUsage => ({
  inputTokens: one.inputTokens + (other?.inputTokens ?? 0),
  outputTokens: one.outputTokens + (other?.outputTokens ?? 0),
  requests: one.requests + (other?.requests ?? 0),
});

/** Keeps what is being written, as far as it has come. */
function track(open: Map<string, ThreadItem>, event: StreamEvent): void {
  if (event.type === 'thread.item.added') open.set(event.item.id, event.item);
  else if (event.type === 'thread.item.done') open.delete(event.item.id);
  else if (event.type === 'thread.item.removed') open.delete(event.item_id);
  else if (event.type === 'thread.item.updated') {
    const item = open.get(event.item_id);
    if (item) open.set(event.item_id, applyUpdate(item, event.update));
  }
}

/** Ends what is open with what it has, so that it is stored: what a person has read must not vanish with an error. */
function* close(open: Map<string, ThreadItem>): Generator<StreamEvent> {
  for (const item of open.values()) {
    if (item.type === 'assistant_message') {
      if (item.content.every((part) => part.text.trim() === '')) continue;
    } else if (item.type === 'workflow') {
      if (item.workflow.tasks.length === 0) continue;
    } else continue;
    yield { type: 'thread.item.done', item };
  }
}
