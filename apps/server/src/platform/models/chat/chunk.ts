import type { JsonObject } from '../wire/event-stream.ts';

/** The part of a Chat Completions chunk that is used, once `one-choice.ts` has seen it. */
export type Delta = {
  content?: string | null;
  reasoning?: string;
  refusal?: string | null;
  tool_calls?: JsonObject[];
  [other: string]: unknown;
};

/** A chunk with one choice, or none. */
export type Chunk = {
  choices: [] | [{ index: 0; delta: Delta; finish_reason: string | null }];
  [other: string]: unknown;
};

/** Mends one kind of misbehaviour, chunk by chunk, in place. Made anew for each answer. */
export type Mend = (delta: Delta) => void;
