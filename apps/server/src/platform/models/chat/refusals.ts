import type { Mend } from './chunk.ts';

/**
 * A refusal is what the model says, so it is said like everything else: streamed and kept. The Agents SDK would show it
 * only at the end, and then fail (`ModelRefusalError`).
 */
export const mendRefusals = (): Mend => (delta) => {
  if (typeof delta.refusal === 'string' && delta.refusal !== '') {
    delta.content = (delta.content ?? '') + delta.refusal;
  }
  delete delta.refusal;
};
