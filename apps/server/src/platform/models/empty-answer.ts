import type { Ending } from './wire/answer-notes.ts';

type AnswerUsage = {
  inputTokens: number;
  outputTokens: number;
};

/** An answer without a word, a call or a refusal: paid for, and nothing to show. */
export class EmptyAnswerError extends Error {
  readonly ending: Ending | undefined;
  readonly usage: AnswerUsage;

  constructor(ending: Ending | undefined, usage: AnswerUsage) {
    super(`the answer is empty${ending ? ` (${ending})` : ''}`);
    this.name = 'EmptyAnswerError';
    this.ending = ending;
    this.usage = usage;
  }
}

/** What a call of the model took that came to nothing; undefined where that is not known. */
export function wastedUsage(
  error: unknown,
): { inputTokens: number; outputTokens: number; requests: number } | undefined {
  if (!(error instanceof EmptyAnswerError)) return undefined;
  const { inputTokens, outputTokens } = error.usage;
  return { inputTokens, outputTokens, requests: 1 };
}
