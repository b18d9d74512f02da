import type { Model, ModelRequest, RunStreamEvent } from '@openai/agents';
import { Agent, type AgentOptions, Runner } from '@openai/agents';
import type { StreamEvent } from '../protocol/events.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { AgentContext } from './agent-context.ts';
import { type AgentRun, type StreamAgentResponseOptions, streamAgentResponse } from './stream-agent-response.ts';

/** A store whose ids are counted, one counter a kind. */
class CountingStore extends MemoryStore<object> {
  #count = 0;

  override generateItemId(kind: string): string {
    this.#count += 1;
    return `${kind}_${this.#count}`;
  }
}

export const thread: ThreadMetadata = {
  id: 'thr_1',
  created_at: '2026-01-01T00:00:00Z',
  status: { type: 'active' },
  metadata: {},
};

export function newContext(signal?: AbortSignal): AgentContext<object> {
  return new AgentContext({
    thread,
    store: new CountingStore(),
    requestContext: {},
    ...(signal ? { signal } : {}),
  });
}

/** A raw Responses event as the SDK's run carries it. */
export const raw = (type: string, fields: object = {}): RunStreamEvent =>
  ({ type: 'raw_model_stream_event', data: { type: 'model', event: { type, ...fields } } }) as RunStreamEvent;

/** A run with these events. With `failure` it throws at the end. */
export async function* runOf(events: Iterable<RunStreamEvent>, failure?: Error): AsyncGenerator<RunStreamEvent> {
  yield* events;
  if (failure) throw failure;
}

export async function collect(
  context: AgentContext<object>,
  run: AgentRun,
  options?: StreamAgentResponseOptions,
): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of streamAgentResponse(context, run, options)) events.push(event);
  return events;
}

/** One line for each event, enough to see the order. */
export function outline(events: StreamEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case 'thread.item.added':
      case 'thread.item.done':
        return `${event.type.slice('thread.item.'.length)} ${event.item.type} ${event.item.id}`;
      case 'thread.item.removed':
        return `removed ${event.item_id}`;
      case 'thread.item.updated': {
        const { update } = event;
        const what = update.type.split('.').slice(-2).join('.');
        if ('delta' in update) return `${event.item_id} ${what} ${update.delta}`;
        if ('task' in update) return `${event.item_id} ${what} ${update.task_index} ${JSON.stringify(update.task)}`;
        return `${event.item_id} ${what}`;
      }
      default:
        return event.type;
    }
  });
}

/** The SDK's own stream events, as a model yields them. */
export type ModelEvent = Extract<RunStreamEvent, { type: 'raw_model_stream_event' }>['data'];

export const responseDone = (...output: object[]): ModelEvent =>
  ({
    type: 'response_done',
    response: { id: 'FAKE_ID', usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 }, output },
  }) as unknown as ModelEvent;

export const message = (text: string, more: object = {}) => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  id: 'FAKE_ID',
  content: [{ type: 'output_text', text, ...more }],
});

/** Runs an agent of the real SDK on a model that answers each call with the next script. */
export async function runAgent(
  context: AgentContext<object>,
  scripts: (
    | Iterable<ModelEvent>
    | AsyncIterable<ModelEvent>
    | ((request: ModelRequest) => AsyncIterable<ModelEvent>)
  )[],
  agent: Partial<AgentOptions<AgentContext<object>>> = {},
) {
  const left = [...scripts];
  const model: Model = {
    getResponse: () => Promise.reject(new Error('not streamed')),
    async *getStreamedResponse(request) {
      const script = left.shift();
      if (!script) throw new Error('the model was asked too often');
      yield* typeof script === 'function' ? script(request) : script;
    },
  };
  const runner = new Runner({ tracingDisabled: true });
  return runner.run(new Agent<AgentContext<object>>({ name: 'agent', model, ...agent } as never), 'hello', {
    context,
    stream: true,
    ...(context.signal ? { signal: context.signal } : {}),
  });
}
