import type { JsonObject } from '../wire/event-stream.ts';
import { createThinkSplitter, type SplitText } from '../wire/think-tags.ts';
import type { Delta, Mend } from './chunk.ts';

/** The names under which servers send what a model thinks; the standard has none. */
const names = ['reasoning_content', 'reasoning', 'thinking'] as const;

/** Brings what a model thinks under the one name that is read, `reasoning`, wherever it was written. */
export function mendThoughts(): {
  mend: Mend;
  /** What was held back until it was known what it is; undefined when nothing was. */
  rest(): Delta | undefined;
  /** What the server may want back with a call, under its own names. */
  toReturn(): JsonObject;
} {
  const splitter = createThinkSplitter();
  let name: (typeof names)[number] | undefined;
  let thought = '';
  const details: unknown[] = [];

  const set = (delta: Delta, said: SplitText[]): void => {
    const words = (kind: SplitText['kind']) =>
      said
        .filter((one) => one.kind === kind)
        .map((one) => one.words)
        .join('');
    delta.content = words('text');
    const inner = words('thought');
    if (inner) delta.reasoning = (delta.reasoning ?? '') + inner;
  };

  return {
    mend(delta) {
      // Some send the same words under two names.
      const found = names.find((one) => typeof delta[one] === 'string' && delta[one] !== '');
      const words = found && (delta[found] as string);
      for (const one of names) delete delta[one];
      if (words !== undefined) {
        name ??= found;
        thought += words;
        delta.reasoning = words;
      }
      if (Array.isArray(delta.reasoning_details)) details.push(...delta.reasoning_details);
      if (typeof delta.content === 'string' && delta.content !== '') set(delta, splitter.push(delta.content));
    },
    rest() {
      const rest = splitter.end();
      if (rest.length === 0) return undefined;
      const delta: Delta = {};
      set(delta, rest);
      return delta;
    },
    toReturn: () => ({
      ...(name !== undefined && { [name]: thought }),
      ...(details.length > 0 && { reasoning_details: details }),
    }),
  };
}
