import { AppError } from '../../errors.ts';
import type { AgentsDeps } from './deps.ts';

/** Loads what the first answer needs. A failure is only logged: the answer will report it. */
export const warmModel =
  ({ models, log }: AgentsDeps, model: string) =>
  async (): Promise<void> => {
    try {
      await models.warm(model);
    } catch (error) {
      // A missing setting names itself; only a fault of ours needs a stack.
      if (error instanceof AppError) log.warn({ model }, `The model could not be loaded: ${error.message}`);
      else log.warn({ model, err: error }, 'The model could not be loaded');
    }
  };
