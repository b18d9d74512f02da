import type { JsonObject } from '../wire/event-stream.ts';
import { type Concession, calledInWords, noTools, optional, refusesTools, resultInWords } from '../wire/fitting.ts';

/**
 * Makes a request whose conversation is stored on this server only. OpenAI keeps every response for 30 days unless the
 * request forbids it. A model's reasoning must then be sent back in its encrypted form, or be left out: the server cannot
 * look it up by its id.
 */
export function fitInput(body: JsonObject, store: boolean): JsonObject {
  if (store) return { ...body, store };
  const input = Array.isArray(body.input) ? body.input.filter(canComeBack) : body.input;
  const include = body.reasoning ? [...(body.include ?? []), 'reasoning.encrypted_content'] : body.include;
  return { ...body, store, input, include };
}

const canComeBack = (item: JsonObject): boolean =>
  item.type !== 'reasoning' || typeof item.encrypted_content === 'string';

/** Servers of one's own may know nothing of it. OpenAI does: left out there, it would keep what was said. */
const notKeeping = optional('store');

/** What OpenAI's own API can do without. */
export const openAIConcessions = (): readonly Concession[] => responsesConcessions.filter((one) => one !== notKeeping);

/** What a request of the Responses API can do without, in the order in which it is tried. */
export const responsesConcessions: readonly Concession[] = [
  optional('include', 'reasoning.encrypted_content', '[Ee]ncrypted content'),
  // Summaries are for organisations that are verified: `param` is then `reasoning.summary`.
  optional('reasoning'),
  notKeeping,
  {
    name: 'tools',
    has: (body) => Array.isArray(body.tools) && body.tools.length > 0,
    isRefused: refusesTools,
    without(body) {
      const { tools: _, tool_choice: __, parallel_tool_calls: ___, ...rest } = body;
      const instructions = [body.instructions, noTools].filter(Boolean).join('\n\n');
      return { ...rest, instructions, input: Array.isArray(body.input) ? body.input.map(inWords) : body.input };
    },
  },
];

function inWords(item: JsonObject): JsonObject {
  if (item.type === 'function_call') {
    return { role: 'assistant', content: calledInWords(item.name, item.arguments) };
  }
  return item.type === 'function_call_output' ? { role: 'user', content: resultInWords(item.output) } : item;
}
