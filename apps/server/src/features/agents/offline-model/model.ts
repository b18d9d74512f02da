import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentInputItem, AgentOutputItem, Model, ModelRequest, ModelResponse, StreamEvent } from '@openai/agents';
import type { Language } from '../../../platform/i18n/index.ts';
import { type Topic, understand } from './intents.ts';
import { say } from './say.ts';
import { type DescribeWeather, tellWeather } from './sentences.ts';
import { type GuideTopic, userGuide } from './user-guide.ts';

/** What the model decided to do: say something, or call the weather tool. */
type Reply = { text: string } | { call: { city: string; country?: string } };

/**
 * The model that answers when none is configured: rules and a built-in guide, no language model, and it says so. It is
 * a `Model` like the others and travels the same path, so tools, streaming and stopping are the real ones. Its stream
 * has the events of the Responses API, the richest form the rest of the path knows.
 */
class OfflineModel implements Model {
  readonly #paceMs: number;
  readonly #describe: DescribeWeather | undefined;

  /** `paceMs` between two words; `describe` puts weather codes in words. */
  constructor(options: { paceMs: number; describe?: DescribeWeather | undefined }) {
    this.#paceMs = options.paceMs;
    this.#describe = options.describe;
  }

  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    for await (const event of this.#stream(request, 0)) {
      if (event.type !== 'response_done') continue;
      const { Usage } = await import('@openai/agents');
      const { output, usage, id } = event.response;
      return { output, usage: new Usage(usage), responseId: id };
    }
    throw new Error('The offline model always ends its answer.');
  }

  getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
    return this.#stream(request, this.#paceMs);
  }

  async *#stream(request: ModelRequest, paceMs: number): AsyncGenerator<StreamEvent> {
    const reply = decide(request, this.#describe);
    const id = `resp_${randomId()}`;
    const raw = (event: { type: string; [key: string]: unknown }): StreamEvent => ({
      type: 'model',
      event,
      providerData: { rawModelEventSource: 'openai-responses' },
    });
    yield { type: 'response_started' };

    let output: AgentOutputItem;
    if ('call' in reply) {
      const call = { id: `fc_${randomId()}`, name: 'get_weather', arguments: JSON.stringify(reply.call) };
      const callId = `call_${randomId()}`;
      const item = { ...call, type: 'function_call', call_id: callId, status: 'completed' };
      yield raw({ type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '' } });
      yield raw({ type: 'response.output_item.done', output_index: 0, item });
      output = { ...call, type: 'function_call', callId, status: 'completed' };
    } else {
      const itemId = `msg_${randomId()}`;
      const at = { item_id: itemId, output_index: 0, content_index: 0 };
      const message = { id: itemId, type: 'message', role: 'assistant' } as const;
      const part = { type: 'output_text', text: reply.text, annotations: [] } as const;
      yield raw({
        type: 'response.output_item.added',
        output_index: 0,
        item: { ...message, status: 'in_progress', content: [] },
      });
      yield raw({ type: 'response.content_part.added', ...at, part: { ...part, text: '' } });
      for (const delta of words(reply.text)) {
        if (paceMs > 0) await sleep(pause(paceMs, delta), undefined, request.signal && { signal: request.signal });
        request.signal?.throwIfAborted();
        yield { type: 'output_text_delta', delta, itemId };
        yield raw({ type: 'response.output_text.delta', ...at, delta });
      }
      yield raw({ type: 'response.output_text.done', ...at, text: reply.text });
      yield raw({ type: 'response.content_part.done', ...at, part });
      yield raw({
        type: 'response.output_item.done',
        output_index: 0,
        item: { ...message, status: 'completed', content: [part] },
      });
      output = { ...message, status: 'completed', content: [{ type: 'output_text', text: reply.text }] };
    }
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
    yield { type: 'response_done', response: { id, usage, output: [output] } };
  }
}

/**
 * The offline model as one of the models of `createModels`. `paceMs` passes between two words, 18 by default; `describe` puts
 * WMO weather codes in words, in place of the tool's own.
 */
export const offlineModel = ({ paceMs = 18, describe }: { paceMs?: number; describe?: DescribeWeather } = {}) => ({
  name: 'offline',
  open: async (): Promise<Model> => new OfflineModel({ paceMs, describe }),
});

const randomId = () => randomUUID().replaceAll('-', '');

/** Words with the space that follows them, so that the pieces put together are the text. */
const words = (text: string) => text.match(/\S+\s*/g) ?? [text];

/** A sentence's end takes a little longer, as when somebody speaks. */
const pause = (paceMs: number, word: string) => (/[.!?:]\s*$/.test(word) ? paceMs * 4 : paceMs);

function decide(request: ModelRequest, describe: DescribeWeather | undefined): Reply {
  const items: AgentInputItem[] =
    typeof request.input === 'string' ? [{ role: 'user', content: request.input }] : request.input;
  const { intent, language } = understand(items.flatMap(questionIn), languageOf(request));
  const outcome = outcomeAtEnd(items);
  if (outcome !== undefined) {
    const asked = intent.kind === 'weather' ? intent : { city: outcome.city, later: false };
    return { text: tellWeather(outcome.output, asked, language, describe) };
  }
  switch (intent.kind) {
    case 'weather': {
      if (!request.tools.some((tool) => tool.type === 'function' && tool.name === 'get_weather')) break;
      const { city, country } = intent;
      return { call: country === undefined ? { city } : { city, country } };
    }
    case 'which_city':
      return { text: say(language, 'guide.weather') };
    case 'topic':
      return { text: answerOf(intent.topic, language) };
  }
  return { text: say(language, 'guide.noModel') };
}

const answerOf = (topic: Topic | GuideTopic, language: Language) =>
  say(language, topic in userGuide ? `userGuide.${topic as GuideTopic}` : `guide.${topic as Topic}`);

/** The language of the person's interface, which the agents feature hands over beside the request. */
function languageOf(request: ModelRequest): Language {
  const language: unknown = request.modelSettings.providerData?.language;
  return language === 'fr' || language === 'es' ? language : 'en';
}

// What the converter of thread items writes in the person's name without their having written it.
const notTheirs =
  /^(?:# What the user mentioned|The user is referring|Hidden context for the agent|The following |A message was displayed|A structured input)/;

function questionIn(item: AgentInputItem): string[] {
  if (!('role' in item) || item.role !== 'user') return [];
  const text =
    typeof item.content === 'string'
      ? item.content
      : item.content.map((part) => (part.type === 'input_text' ? part.text : '')).join('');
  return notTheirs.test(text) || text.trim() === '' ? [] : [text];
}

/** The result of the weather tool when that is what the conversation ends with. */
function outcomeAtEnd(items: AgentInputItem[]): { output: unknown; city: string } | undefined {
  const last = items.at(-1);
  if (last?.type !== 'function_call_result') return undefined;
  const call = items.findLast((item) => item.type === 'function_call' && item.callId === last.callId);
  const city = call?.type === 'function_call' ? (parse(call.arguments) as { city?: unknown } | null)?.city : undefined;
  const text =
    typeof last.output === 'string'
      ? last.output
      : Array.isArray(last.output)
        ? last.output.map((part) => ('text' in part ? part.text : '')).join('')
        : 'text' in last.output
          ? last.output.text
          : '';
  return { output: parse(text), city: typeof city === 'string' ? city : '?' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
