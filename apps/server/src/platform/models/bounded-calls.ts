import type { StreamEvent } from '@openai/agents';

type Output = Extract<StreamEvent, { type: 'response_done' }>['response']['output'];

/** A model that asks for more in one answer does not know what it wants. */
export const mostCalls = 16;
/** One more than is run: what is answered to it tells the model of all the others. */
export const keptCalls = mostCalls + 1;
/** Characters of one call's arguments. */
export const longestArguments = 1_000_000;

/** Why calls of an answer are not run as the model asked. */
export type Excess = 'calls' | 'arguments';

/**
 * An answer without the calls that are too many, which the Agents SDK would take quadratic time for: thousands of them
 * hold up everybody. Of arguments that are too long a beginning is left, which is no JSON, and is told to the model as
 * such.
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
