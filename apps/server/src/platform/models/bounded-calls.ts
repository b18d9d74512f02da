import type { StreamEvent } from '@openai/agents';

type Output = Extract<StreamEvent, { type: 'response_done' }>['response']['output'];

/** A model that asks for more in one answer does not know what it wants. */
export const mostCalls = 16;
/** One more than the limit is kept: the result of the extra call informs the model about all the others. */
export const keptCalls = mostCalls + 1;
/** Characters of one call's arguments. */
export const longestArguments = 1_000_000;

/** Why calls of an answer are not run as the model asked. */
export type Excess = 'calls' | 'arguments';

/**
 * Removes the calls beyond the limit from an answer: the Agents SDK takes quadratic time for them, and thousands block the
 * event loop. Arguments that are too long are cut to a beginning, which is not valid JSON, and the model is told so.
 */
export function boundCalls(output: Output): { output: Output; excess: Excess[] } {
  const excess = new Set<Excess>();
  let calls = 0;
  const bounded = output
    .filter((item) => item.type !== 'function_call' || ++calls <= keptCalls)
    .map((item) => {
      if (item.type !== 'function_call' || item.arguments.length <= longestArguments) return item;
      excess.add('arguments');
      return { ...item, arguments: item.arguments.slice(0, 200) };
    });
  if (calls > mostCalls) excess.add('calls');
  return { output: bounded, excess: [...excess] };
}
