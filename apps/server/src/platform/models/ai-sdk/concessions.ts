import type { JsonObject } from '../wire/event-stream.ts';
import {
  askFitting,
  type Concession,
  calledInWords,
  type Habits,
  noTools,
  refusesTools,
  resultInWords,
} from '../wire/fitting.ts';
import { ModelApiError } from '../wire/provider-error.ts';

/**
 * A model of the AI SDK that is asked again without what its server refuses, and whose refusals are `ModelApiError`s with
 * the server's own words: the AI SDK reads them only where they have the shape of that provider's own server.
 */
export function withConcessions<LanguageModel extends object>(model: LanguageModel, habits: Habits): LanguageModel {
  const { doStream } = model as { doStream(options: JsonObject): Promise<unknown> };
  const send = async (options: JsonObject) => {
    try {
      return await doStream.call(model, options);
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  };
  return Object.create(model, {
    doStream: { value: (options: JsonObject) => askFitting(options, { table, habits, send }) },
  });
}

/** The AI SDK's `APICallError`, known by its shape since its class is loaded lazily. */
function refusalOf(error: unknown): ModelApiError | undefined {
  const { statusCode, responseBody } = (error ?? {}) as { statusCode?: number; responseBody?: unknown };
  if (statusCode === undefined || statusCode < 400 || typeof responseBody !== 'string') return undefined;
  return new ModelApiError(statusCode, responseBody);
}

/** What a prompt (`LanguageModelV4CallOptions`) can do without. */
const table: readonly Concession[] = [
  {
    name: 'tools',
    has: ({ tools }) => Array.isArray(tools) && tools.length > 0,
    isRefused: refusesTools,
    without: ({ tools: _, toolChoice: __, ...rest }) => ({
      ...rest,
      prompt: [{ role: 'system', content: noTools }, ...rest.prompt.map(inWords)],
    }),
  },
];

function inWords(message: JsonObject): JsonObject {
  const text = (words: string) => ({ type: 'text', text: words });
  if (message.role === 'tool') {
    return {
      role: 'user',
      content: message.content.map(({ output }: JsonObject) => text(resultInWords(output?.value))),
    };
  }
  if (message.role !== 'assistant') return message;
  const content = message.content.map((part: JsonObject) =>
    part.type === 'tool-call'
      ? text(calledInWords(part.toolName, typeof part.input === 'string' ? part.input : JSON.stringify(part.input)))
      : part,
  );
  return { role: 'assistant', content };
}
