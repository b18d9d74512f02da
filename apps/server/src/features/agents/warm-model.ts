import { AppError } from '../../errors.ts';
import type { AgentsDeps } from './deps.ts';

/** Loads what the first answer would otherwise wait for. A failure is only logged: the answer will tell it. */
export const warmModel =
  ({ models, log }: AgentsDeps, model: string) =>
  async (): Promise<void> => {
    try {
      await models.warm(model);
    } catch (error) {
      // What is not set up says what to set; only a fault of ours is looked for with a stack.
      if (error instanceof AppError) log.warn({ model }, `The model could not be loaded: ${error.message}`);
      else log.warn({ model, err: error }, 'The model could not be loaded');
    }
  };
