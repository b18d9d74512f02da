import {
  CustomStreamError,
  type Store,
  type StreamEvent,
  type ThreadItem,
  type ThreadMetadata,
  type UserMessageItem,
} from '@causerie/chatkit';
import { type AgentRun, type ModelResponse, streamAgentResponse, ThreadItemConverter } from '@causerie/chatkit/agents';
import { applyUpdate } from '@causerie/chatkit/replay';
import type { FunctionTool, Model, ModelSettings, Runner } from '@openai/agents';
import type { Language } from '../../platform/i18n/index.ts';
import { endingOf, excessOf, modelFailure, wastedUsage } from '../../platform/models/index.ts';
import { continueWords, cutCard, isCutCard } from './cut-answer.ts';
import type { AgentsDeps, AgentsLog } from './deps.ts';
import { loadHistory } from './history.ts';
import { instructionsFor } from './instructions.ts';
import { tellFailure } from './tell-failure.ts';
import { type ModelUsage, searchTitle, type TitleSearch } from './title.ts';
import { TurnContext } from './turn-context.ts';
import {
  isNoteItem,
  nextCall,
  noteOfAnswer,
  stepsTaken,
  type WaitingCall,
  withOwnCalls,
  writeNote,
} from './waiting-calls.ts';
import { weatherTool } from './weather-tool.ts';

/** The usage of one turn, the thread's title included; of a failed or stopped turn, as far as it is known. */
export interface TurnUsage extends ModelUsage {
  model: string;
}

/** One turn of an agent in a thread. */
export type Turn<Context> = {
  thread: ThreadMetadata;
  /** The message just stored; undefined when the answer goes on after a client tool. */
  input: UserMessageItem | undefined;
  store: Store<Context>;
  context: Context;
  /** Aborted when the answer is no longer wanted. */
  signal?: AbortSignal | undefined;
  /** Whether the last answer was cut and this one continues it. */
  continues?: boolean | undefined;
  /** Whether the person may read the error of the model's server. */
  administrator?: boolean | undefined;
  /** The language of the person's interface, from Accept-Language or their account; default English. */
  language?: Language | undefined;
  /** A log whose lines carry the request's id; default: the feature's own. */
  log?: AgentsLog | undefined;
  /** Called once, when the turn is over. */
  onUsage?: ((usage: TurnUsage) => void) | undefined;
};

interface Assistant extends AgentsDeps {
  model: string;
}

/** Mentions are passed on by name until they refer to something. */
class PlainConverter extends ThreadItemConverter {
  override tagToMessageContent(tag: { text: string }) {
    return { type: 'input_text' as const, text: tag.text };
  }
}

/** The only agent so far. */
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
  const log = turn.log ?? deps.log;
  const rules = name === 'offline';
  const open = new Map<string, ThreadItem>();
  const agentContext = new TurnContext<Context>({
    thread,
    store,
    requestContext: turn.context,
    ...(signal && { signal }),
  });
  let title: TitleSearch | undefined;
  let usage: ModelUsage | undefined;

  try {
    const history = await loadHistory(store, thread, turn.context, {
      items: config.historyItems ?? 60,
      tokens: config.historyTokens ?? 40_000,
      newestTokens: config.newestTokens ?? 250_000,
    });
    // A message of the person, or a press of the card's button, removes the card of the cut answer.
    for (const { id } of history.filter(isCutCard)) yield { type: 'thread.item.removed', item_id: id };
    const waiting = turn.input === undefined && !turn.continues ? nextCall(history) : undefined;
    if (waiting) return yield callItem(agentContext, waiting);

    const [model, { Agent, runner, tools, MaxTurnsExceededError }] = await Promise.all([
      deps.models.resolve(name),
      parts(),
    ]);
    const maxTurns = config.maxTurns ?? 8;
    // The runs of one question form a loop too: each result from the browser starts one anew.
    if (stepsTaken(history) >= 2 * maxTurns) throw new MaxTurnsExceededError('client tools');
    const told = history.filter((item) => !isNoteItem(item) && !isCutCard(item));
    const converted = await (deps.converter ?? plain).toAgentInput(told);
    const input = withOwnCalls(converted, history, name);
    if (turn.continues) input.push({ role: 'user', content: continueWords });
    if (signal?.aborted) return;
    const agent = new Agent<TurnContext<Context>>({
      name: agentName,
      instructions: instructionsFor(config.instructions, language, new Date()),
      model,
      modelSettings: settingsFor(name, language),
      tools: tools as FunctionTool<TurnContext<Context>>[],
      // A client tool ends the turn; an unreadable call goes back to the model.
      toolUseBehavior: () => {
        [agentContext.clientToolCall] = agentContext.askedCalls;
        return agentContext.clientToolCall
          ? { isFinalOutput: true, isInterrupted: undefined, finalOutput: '' }
          : { isFinalOutput: false, isInterrupted: undefined };
      },
    });
    const run = await runner.run(agent, input, {
      stream: true,
      toolErrorFormatter({ kind, toolName, callId }) {
        if (kind !== 'tool_not_found') return undefined;
        // The model invented the name.
        const wanted = toolName.slice(0, 100);
        const words = `Error: There is no tool called "${wanted}". There are: ${tools.map((one) => one.name).join(', ')}.`;
        agentContext.refusedCalls.set(callId, words);
        log.warn({ thread_id: thread.id, model: name, tool: wanted }, 'The model called a tool that does not exist');
        return words;
      },
      context: agentContext,
      maxTurns,
      ...(signal && { signal }),
    });
    // A run that is stopped or fails rejects this as well, and nothing else handles it.
    run.completed.catch(() => {});

    let ending: ReturnType<typeof endingOf>;
    try {
      const logger = { error: (message: string, fields?: unknown) => log.warn(fields as object, message) };
      const onResponse = (response: ModelResponse) => {
        ending = endingOf(response);
        const excess = excessOf(response);
        if (excess.length > 0)
          log.warn({ thread_id: thread.id, model: name, excess }, 'The model asked for more than is run');
      };
      for await (const event of streamAgentResponse(agentContext, run as unknown as AgentRun, { logger, onResponse })) {
        track(open, event);
        // Not before the answer has begun: the title must not delay the first token. And not when the turn ends with a
        // client tool, since the turn after it comes back to this.
        if (!thread.title && !(event.type === 'thread.item.done' && event.item.type === 'client_tool_call' && !rules)) {
          title ??= begin(history, language, rules ? undefined : model);
          if (title?.found) thread.title = title.found;
        }
        if (event.type === 'thread.item.done' && event.item.type === 'client_tool_call') {
          const note = noteOfAnswer(
            name,
            run.rawResponses.at(-1)?.output ?? [],
            agentContext.askedCalls,
            agentContext.refusedCalls,
          );
          if (note) yield { type: 'thread.item.done', item: hidden(agentContext, event.item, writeNote(note)) };
        }
        yield event;
      }
    } finally {
      usage = run.runContext.usage;
    }
    if (ending && !agentContext.clientToolCall && !signal?.aborted) {
      const card = cutCard(thread, agentContext.generateId('message'), ending, language);
      yield { type: 'thread.item.done', item: card };
    }
    // When the browser must run a tool it must not wait; the next turn of this thread generates the title.
    if (!thread.title && title && !agentContext.clientToolCall && !signal?.aborted) {
      thread.title = await title.settle(config.titleWaitMs ?? 1_500);
    }
  } catch (error) {
    const wasted = wastedUsage(error);
    if (wasted) usage = sum(wasted, usage);
    if (signal?.aborted) return;
    yield* close(open);
    const failure = modelFailure(error);
    if (!failure) throw error;
    const fields = { thread_id: thread.id, model: name, kind: failure.kind, detail: failure.detail };
    log.warn(fields, 'The model failed');
    if (!thread.title && title?.found) thread.title = title.found;
    const said = tellFailure(failure.kind, language, turn.administrator ?? false);
    const message = turn.administrator ? `${said} (${failure.detail})` : said;
    throw new CustomStreamError(message, { allowRetry: failure.retryable, cause: error });
  } finally {
    title?.stop();
    if (usage) turn.onUsage?.({ model: name, ...sum(usage, title?.usage) });
  }
}

/** A call in the form in which the browser is asked to run it. */
function callItem(context: TurnContext, call: WaitingCall): StreamEvent {
  return {
    type: 'thread.item.done',
    item: {
      id: context.generateId('tool_call'),
      thread_id: context.thread.id,
      created_at: new Date().toISOString(),
      type: 'client_tool_call',
      status: 'pending',
      call_id: call.callId,
      name: call.name,
      arguments: call.arguments,
    },
  };
}

/** A hidden item, placed before another. */
const hidden = (context: TurnContext, { thread_id, created_at }: ThreadItem, content: string): ThreadItem => ({
  id: context.generateId('sdk_hidden_context'),
  thread_id,
  created_at,
  type: 'sdk_hidden_context',
  content,
});

type Parts = {
  Agent: typeof import('@openai/agents').Agent;
  MaxTurnsExceededError: typeof import('@openai/agents').MaxTurnsExceededError;
  runner: Runner;
  tools: FunctionTool[];
};

let loaded: Promise<Parts> | undefined;

/** What all turns share; the first one loads it. */
function parts(): Promise<Parts> {
  loaded ??= import('@openai/agents').then(async ({ Agent, MaxTurnsExceededError, Runner, setTracingDisabled }) => {
    // The SDK would send traces to OpenAI; only the call of the model itself leaves this server.
    setTracingDisabled(true);
    return {
      Agent,
      MaxTurnsExceededError,
      // A model that calls an unknown tool gets an error, and goes on.
      runner: new Runner({ tracingDisabled: true, toolNotFoundBehavior: 'return_error_to_model' }),
      tools: [(await weatherTool()) as unknown as FunctionTool],
    };
  });
  return loaded;
}

function settingsFor(name: string, language: string): ModelSettings {
  // The offline model has no other way to learn the language; real models read it in their instructions.
  if (name === 'offline') return { providerData: { language } };
  // OpenAI's reasoning models send summaries only on request; low effort keeps the first word early.
  if (/^(?:openai\/)?(?:gpt-5|o\d)/.test(name)) return { reasoning: { effort: 'low', summary: 'auto' } };
  return {};
}

function begin(history: ThreadItem[], language: Language, model: Model | undefined): TitleSearch | undefined {
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

/** Records the items being written, with their content so far. */
function track(open: Map<string, ThreadItem>, event: StreamEvent): void {
  if (event.type === 'thread.item.added') open.set(event.item.id, event.item);
  else if (event.type === 'thread.item.done') open.delete(event.item.id);
  else if (event.type === 'thread.item.removed') open.delete(event.item_id);
  else if (event.type === 'thread.item.updated') {
    const item = open.get(event.item_id);
    if (item) open.set(event.item_id, applyUpdate(item, event.update));
  }
}

/**
 * Ends open items with their content so far, so that it is stored: text that a person has read must not vanish with an
 * error.
 */
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
