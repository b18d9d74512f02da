import type { StreamEvent } from '@causerie/chatkit';
import { agentName, answer, type Turn } from './answer.ts';
import type { AgentsDeps } from './deps.ts';
import { warmModel } from './warm-model.ts';

/** The agents of this server; built by `createAgents`. */
export type Agents = {
  /** The name of the answering model, such as `openai/gpt-5` or `offline`. */
  readonly model: string;
  /** The setting that the model needs before it can answer, such as `OPENAI_API_KEY`. */
  readonly missingSetting: string | undefined;
  /** The name of the agent that answers. */
  readonly name: string;
  /** Loads what the first answer needs. A failure is only logged: the answer will report it. */
  warm(): Promise<void>;
  /**
   * Answers in a thread: the events to stream, in order. `turn.input` is the message just stored, undefined when the answer
   * goes on after a client tool. Sets `turn.thread.title` in a thread that has none.
   *
   * A failure of the model ends open items with the text so far (`thread.item.done`), then throws a `CustomStreamError`
   * with a message for the person. Aborting `turn.signal` just ends the events.
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
    warm: warmModel(deps, model),
    respond: (turn) => answer({ ...deps, model }, turn),
  };
}
