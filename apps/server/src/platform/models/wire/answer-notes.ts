import type { JsonObject } from './event-stream.ts';

/** Why an answer is not as long as the model would have made it. */
export type Ending = 'length' | 'filter';

/**
 * What a wire knows of an answer that the Agents SDK has no place for. It travels as `notes` on the last raw event, and is
 * taken off there by `answers.ts`.
 */
export type AnswerNotes = {
  ending?: Ending | undefined;
  /**
   * The data that must accompany the result of a call, by the call's id: Gemini's thought signatures, the reasoning of a
   * model that must read it again. Kept in the call's `providerData`.
   */
  calls?: Map<string, JsonObject>;
};
