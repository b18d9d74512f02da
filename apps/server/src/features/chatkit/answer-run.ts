import type { LiveRun } from '../conversations/index.ts';

/** What an answer used, once the model has said so. */
export type Usage = { model: string; usage: object };

/** One answer's run, as the protocol hands it on to the store, which claims a thread for it, and to who answers. */
export type AnswerRun = {
  run: LiveRun;
  onUsage(usage: Usage): void;
};
