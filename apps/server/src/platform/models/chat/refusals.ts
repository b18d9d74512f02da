import type { Mend } from './chunk.ts';

/**
 * Turns a refusal into text: it is the answer of the model, so it is streamed and stored like any other. The Agents SDK
 * would show it only at the end, and then fail (`ModelRefusalError`).
 */
export const mendRefusals = (): Mend => (delta) => {
  if (typeof delta.refusal === 'string' && delta.refusal !== '') {
    delta.content = (delta.content ?? '') + delta.refusal;
  }
  delete delta.refusal;
};
