// Plays one recording of the agents kind: a scripted model server over HTTP, the real agents SDK pointed at it, a
// ChatKitServer whose agent is built from the recording. Longer than a page because a recording's tools are a small
// language of their own (`does`), which is read here and nowhere else.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ChatKitError,
  ChatKitServer,
  CustomStreamError,
  MemoryStore,
  StreamError,
  StreamingResult,
} from '@causerie/chatkit';
import {
  AgentContext,
  ResponseStreamConverter,
  simpleToAgentInput,
  streamAgentResponse,
} from '@causerie/chatkit/agents';
import { Agent, OpenAIProvider, type RunContext, Runner, tool } from '@openai/agents';
import { type Any, compareEvents, compareItems, type Json } from './compare-agents.ts';
import { compareJson } from './compare-json.ts';

type Does = Record<string, Any>;
type AgentTool = {
  name: string;
  description?: string;
  parameters?: object;
  does?: Does[];
};
export type AgentsVector = {
  name: string;
  agent: { instructions?: string; tools?: AgentTool[]; stop_at?: string[]; partial_images?: number };
  api?: string;
  thread?: Json;
  history?: Json[];
  request: Json;
  upstream: (Json[] | { status: number; json: unknown })[];
  expect: {
    events?: Json[];
    raises?: unknown;
    requests?: Json[];
    items_after?: Json[];
    thread_after?: Json;
  };
};

/** Whether a recording is of this kind, not of the server kind. */
export function isAgentsVector(vector: unknown): vector is AgentsVector {
  return typeof vector === 'object' && vector !== null && 'upstream' in vector && 'agent' in vector;
}

/** Plays a recording. @returns what differs from it, beyond the deliberate differences; nothing when all is well. */
export async function playAgents(vector: AgentsVector): Promise<string[]> {
  const model = new ScriptedModelServer(vector.upstream);
  const url = await model.start();
  const faults: string[] = [];
  try {
    const store = new CountingStore();
    const threadId = vector.request.params?.thread_id ?? 'thr_1';
    if (vector.request.type !== 'threads.create') await fillStore(store, threadId, vector);
    const events: Json[] = [];
    let raised: unknown;
    const server = new PlayedServer(store, vector, url);
    try {
      const result = await server.process(JSON.stringify(vector.request), {});
      if (!(result instanceof StreamingResult)) return ['the request is not a streaming one'];
      // Through JSON, as a client would see them.
      for await (const event of result.events) events.push(JSON.parse(JSON.stringify(event)));
    } catch (error) {
      if (!(error instanceof ChatKitError)) throw error;
      raised = error;
    }

    const { expect } = vector;
    if (expect.raises !== undefined && !raised) faults.push('a refusal was expected');
    if (raised && expect.raises === undefined) faults.push(`refused: ${(raised as Error).message}`);
    const ids = new Map<string, string>();
    if (expect.events) faults.push(...compareEvents(events, expect.events, ids));
    if (expect.requests) {
      faults.push(
        ...compareJson(expect.requests.map(comparableRequest), model.requests.map(comparableRequest), 'requests'),
      );
    }
    if (model.unused > 0) faults.push(`${model.unused} upstream entries were never asked for`);
    faults.push(...model.faults);
    const stored = ids.get(threadId) ?? threadId;
    if (expect.items_after) {
      const page = await store.loadThreadItems(threadId, { limit: 10_000, order: 'asc' }, {});
      faults.push(...compareItems(page.data as unknown as Json[], expect.items_after, expect.events ?? [], ids));
    }
    if (expect.thread_after) {
      const thread = JSON.parse(JSON.stringify(await store.loadThread(stored, {}))) as Json;
      delete thread.items;
      faults.push(...compareJson(expect.thread_after, { ...thread, created_at: '<time>' }, 'thread_after'));
    }
  } finally {
    await model.stop();
  }
  return faults;
}

/** The ids of the recordings: one counter a kind. */
class CountingStore extends MemoryStore<object> {
  readonly #counts = new Map<string, number>();

  override generateThreadId(): string {
    return this.#count('thr');
  }

  override generateItemId(kind: keyof typeof prefixes): string {
    return this.#count(prefixes[kind]);
  }

  #count(prefix: string): string {
    const next = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, next);
    return `${prefix}_${next}`;
  }
}
const prefixes = { message: 'msg', tool_call: 'tc', workflow: 'wf', task: 'tsk', sdk_hidden_context: 'shcx' };

async function fillStore(store: CountingStore, threadId: string, vector: AgentsVector): Promise<void> {
  // Older than whatever the run writes, on a machine whose clock says any year.
  const start = Date.now() - 3_600_000;
  await store.saveThread(
    {
      created_at: new Date(start).toISOString(),
      status: { type: 'active' },
      metadata: {},
      ...vector.thread,
      id: threadId,
    },
    {},
  );
  for (const [index, item] of (vector.history ?? []).entries()) {
    const created_at = new Date(start + (index + 1) * 1000).toISOString();
    await store.addThreadItem(threadId, { ...item, thread_id: threadId, created_at } as never, {});
  }
}

class PlayedServer extends ChatKitServer<object> {
  readonly #vector: AgentsVector;
  readonly #url: string;

  constructor(store: CountingStore, vector: AgentsVector, url: string) {
    // A recording may end in an error, which the player does not log.
    super(store, undefined, { logger: { warn() {}, error() {} } });
    this.#vector = vector;
    this.#url = url;
  }

  override async *respond(...[thread, , requestContext, { signal }]: Parameters<ChatKitServer<object>['respond']>) {
    const { agent, api } = this.#vector;
    const context = new AgentContext({ thread, store: this.store, requestContext, signal });
    const page = await this.store.loadThreadItems(thread.id, { limit: 10_000, order: 'asc' }, requestContext);
    const runner = new Runner({
      modelProvider: new OpenAIProvider({
        apiKey: 'none',
        baseURL: `${this.#url}/v1`,
        useResponses: api !== 'chat_completions',
      }),
      tracingDisabled: true,
    });
    const run = await runner.run(buildAgent(agent), await simpleToAgentInput(page.data), {
      context,
      stream: true,
      signal,
    });
    const converter = new ResponseStreamConverter(
      agent.partial_images === undefined ? {} : { partialImages: agent.partial_images },
    );
    yield* streamAgentResponse(context, run, { converter });
  }
}

function buildAgent(definition: AgentsVector['agent']): Agent<AgentContext<object>> {
  return new Agent<AgentContext<object>>({
    name: 'agent',
    ...(definition.instructions === undefined ? {} : { instructions: definition.instructions }),
    model: 'm',
    tools: (definition.tools ?? []).map((definition) =>
      tool<Any, AgentContext<object>>({
        name: definition.name,
        description: definition.description ?? definition.name,
        parameters: (definition.parameters ?? emptyParameters) as typeof emptyParameters,
        strict: false,
        // The reference reports a tool's failure to the model in its own words; so does the SDK.
        execute: (input: unknown, context?: RunContext<AgentContext<object>>) =>
          doScript(definition.does ?? [], context!.context, input),
      }),
    ),
    ...(definition.stop_at ? { toolUseBehavior: { stopAtToolNames: definition.stop_at } } : {}),
  });
}

const emptyParameters = {
  type: 'object' as const,
  properties: {},
  required: [],
  additionalProperties: true as const,
};

/** Runs what a recorded tool does, step by step. Its result is what it returns, or `ok`. */
async function doScript(steps: Does[], context: AgentContext<object>, input: unknown): Promise<string> {
  let result: unknown = 'ok';
  for (const step of steps) {
    for (const [verb, value] of Object.entries(step)) {
      if (verb === 'return') result = value;
      else if (verb === 'stream' && 'widget' in step) continue;
      else await doStep(verb, value, context, step, input);
    }
  }
  return typeof result === 'string' ? result : JSON.stringify(result);
}

async function doStep(verb: string, value: Any, context: AgentContext<object>, step: Does, input: unknown) {
  const { thread } = context;
  const item = async (kind: 'message' | 'task', fields: object) => ({
    id: await context.generateId(kind),
    thread_id: thread.id,
    created_at: new Date().toISOString(),
    ...fields,
  });
  switch (verb) {
    case 'progress':
      return context.stream({ type: 'progress_update', ...(typeof value === 'string' ? { text: value } : value) });
    case 'effect':
    case 'client_effect':
      return context.stream({ type: 'client_effect', data: {}, ...value });
    case 'notice':
      return context.stream({ type: 'notice', level: 'info', ...value });
    case 'yield':
    case 'event':
      return context.stream(value);
    case 'widget': {
      const states = Array.isArray(value) ? value : [value];
      const whole = !Array.isArray(value) || step.stream === false;
      return context.streamWidget(whole ? states.at(-1) : stream(states));
    }
    case 'hidden':
    case 'hidden_context':
      return context.stream({
        type: 'thread.item.done',
        item: (await item('message', { type: 'hidden_context_item', content: value })) as never,
      });
    case 'message':
      return context.stream({
        type: 'thread.item.done',
        item: (await item('message', {
          type: 'assistant_message',
          content: [{ annotations: [], text: value, type: 'output_text' }],
        })) as never,
      });
    case 'client_tool':
      context.clientToolCall = { arguments: (input ?? {}) as Record<string, unknown>, ...value };
      return;
    case 'workflow_start':
      return context.startWorkflow(value);
    case 'workflow_task':
      return context.addWorkflowTask(value);
    case 'workflow_update':
      return context.updateWorkflowTask(value.task, value.index);
    case 'workflow_end':
      return context.endWorkflow(value ?? {});
    case 'title':
      thread.title = value;
      return;
    case 'metadata':
      thread.metadata = value;
      return;
    case 'status':
      thread.status = value;
      return;
    case 'set':
      Object.assign(thread, value);
      return;
    case 'wait':
    case 'sleep':
      return new Promise<void>((resolve) => setTimeout(resolve, 1));
    case 'raise':
    case 'error':
      throw failure(value);
  }
  throw new Error(`this player knows no tool step '${verb}'`);
}

async function* stream(states: Any[]) {
  yield* states;
}

function failure(value: Any): Error {
  if (value?.kind === 'custom') return new CustomStreamError(value.message ?? 'm', { allowRetry: value.allow_retry });
  if (value?.kind === 'stream') return new StreamError(value.code ?? 'stream.error', { allowRetry: value.allow_retry });
  return new Error(value?.message ?? 'the tool failed');
}

/** A model server that answers each call with the next entry, over the real wire format. */
class ScriptedModelServer {
  readonly requests: Json[] = [];
  readonly faults: string[] = [];
  #next = 0;
  readonly #upstream: AgentsVector['upstream'];
  #server: Server | undefined;

  constructor(upstream: AgentsVector['upstream']) {
    this.#upstream = upstream;
  }

  get unused(): number {
    return this.#upstream.length - this.#next;
  }

  async start(): Promise<string> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    this.requests.push({ path: request.url, ...JSON.parse(body) });
    const entry = this.#upstream[this.#next];
    // Each attempt is in the recording, so the client must not try again by itself.
    const headers = { 'x-should-retry': 'false' };
    if (!entry) {
      this.faults.push('the model was asked more often than recorded');
      response.writeHead(500, headers).end();
      return;
    }
    this.#next += 1;
    if (!Array.isArray(entry)) {
      response.writeHead(entry.status, { ...headers, 'content-type': 'application/json' });
      response.end(JSON.stringify(entry.json));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of entry) {
      response.write(`${event.type ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`);
    }
    response.end(request.url?.endsWith('/chat/completions') ? 'data: [DONE]\n\n' : undefined);
  }
}

/** A request to the model, by path, role and text: the two SDKs word the rest differently. */
function comparableRequest(request: Json): Json {
  const messages: Json[] = request.messages ?? request.input ?? [];
  const system = messages.filter((message) => message.role === 'system').map(messageText);
  const content =
    typeof messages === 'string' ? [{ role: 'user', text: messages }] : messages.flatMap(comparableMessage);
  return {
    path: request.path,
    instructions: request.instructions ?? system[0] ?? null,
    content,
    stream: request.stream === true,
    tools: (request.tools ?? []).map((entry: Any) =>
      typeof entry === 'string' ? entry : (entry.name ?? entry.function?.name ?? entry.type),
    ),
  };
}

function comparableMessage(message: Json): Json[] {
  if (message.type === 'function_call') {
    return [{ call: message.call_id, name: message.name, arguments: parsed(message.arguments) }];
  }
  if (message.type === 'function_call_output') {
    return [{ output_of: message.call_id, output: parsed(outputText(message.output)) }];
  }
  if (message.role === 'tool') return [{ output_of: message.tool_call_id, output: parsed(messageText(message)) }];
  if (!message.role || message.role === 'system') return [];
  const calls = (message.tool_calls ?? []).map((call: Any) => ({
    call: call.id,
    name: call.function.name,
    arguments: parsed(call.function.arguments),
  }));
  const text = messageText(message);
  return [...(text || calls.length === 0 ? [{ role: message.role, text }] : []), ...calls];
}

function messageText(message: Json): string {
  return outputText(message.content);
}

function outputText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => part.text ?? part.refusal ?? part.image_url?.url ?? part.image_url ?? '').join('');
}

const toolFailed = 'An error occurred while running the tool';

function parsed(text: unknown): unknown {
  // Both SDKs report a failed tool to the model in this sentence, and then name the error each in its own way.
  if (typeof text === 'string' && text.startsWith(toolFailed)) return toolFailed;
  try {
    return JSON.parse(text as string);
  } catch {
    return text;
  }
}
