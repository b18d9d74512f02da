import type { StreamEvent } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import { agentName, answer, type Turn } from './answer.ts';
import type { AgentsDeps } from './deps.ts';

export type { Turn, TurnUsage } from './answer.ts';
export { continueAction, isCutCard } from './cut-answer.ts';
export type { AgentsConfig, AgentsDeps, AgentsLog } from './deps.ts';

/** The agents of this server; built by `createAgents`. */
export type Agents = {
  /** The name of the model that answers, such as `openai/gpt-5` or `offline`. */
  readonly model: string;
  /** The setting the model waits for before it can answer, such as `OPENAI_API_KEY`. */
  readonly missingSetting: string | undefined;
  /** The name of the agent that answers. */
  readonly name: string;
  /** Loads what the first answer would otherwise wait for. A failure is only logged: the answer will tell it. */
  warm(): Promise<void>;
  /**
   * Answers in a thread: the events to be streamed, in order. `turn.input` is the message just stored, undefined when
   * the answer goes on after a client tool. Sets `turn.thread.title` in a thread that has none.
   *
   * A failure of the model ends what is open with the text so far (`thread.item.done`), then throws a
   * `CustomStreamError` with a sentence for the person. Aborting `turn.signal` just ends the events.
   */
  respond<Context>(turn: Turn<Context>): AsyncGenerator<StreamEvent, void, undefined>;
};

/** Builds the agents feature. Nothing heavy is loaded before the first answer, or `warm`. */
export function createAgents(deps: AgentsDeps): Agents {
  const model = deps.config.model ?? deps.models.defaultName;
  return {
    model,
    missingSetting: deps.models.missingSetting(model),
    name: agentName,
    async warm() {
      try {
        await deps.models.warm(model);
      } catch (error) {
        // What is not set up says what to set; only a fault of ours is looked for with a stack.
        if (error instanceof AppError) deps.log.warn({ model }, `The model could not be loaded: ${error.message}`);
        else deps.log.warn({ model, err: error }, 'The model could not be loaded');
      }
    },
    respond: (turn) => answer({ ...deps, model }, turn),
  };
}
