import type { LiveRun } from '../conversations/index.ts';

/** The usage of an answer, once the model has reported it. */
export type Usage = { model: string; usage: object };

/** The run of one answer. The protocol passes it to the store, which claims a thread for it, and to the responder. */
export type AnswerRun = {
  run: LiveRun;
  onUsage(usage: Usage): void;
};
