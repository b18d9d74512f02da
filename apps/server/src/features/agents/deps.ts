import type { ThreadItemConverter } from '@causerie/chatkit/agents';
import type { Models } from '../../platform/models/index.ts';

/** The assistant's settings. */
export type AgentsConfig = {
  /** `CHATKIT_AGENT_MODEL`; undefined: the best model with a key, else `offline`. */
  model?: string | undefined;
  /** `CHATKIT_AGENT_INSTRUCTIONS`; undefined: the weather-capable assistant. */
  instructions?: string | undefined;
  /** The most recent items of a thread that a model receives; default 60. */
  historyItems?: number | undefined;
  /** The most tokens of those items, as `tokensOf` counts; default 40 000. */
  historyTokens?: number | undefined;
  /** The newest item is sent whole up to this many tokens, and cut there; default 250 000. */
  newestTokens?: number | undefined;
  /** How often a model may be called in one turn, tools in between; default 8. */
  maxTurns?: number | undefined;
  /** How long the end of a first answer may wait for the thread's title, in milliseconds; default 1500. */
  titleWaitMs?: number | undefined;
};

/** Log methods in pino's shape. The lines never carry the text of a message. */
export type AgentsLog = {
  warn(fields: object, message: string): void;
  debug(fields: object, message: string): void;
};

/** The dependencies of the agents feature. */
export type AgentsDeps = {
  config: AgentsConfig;
  models: Models;
  log: AgentsLog;
  /** Turns items into the model's input; replaced by features that show attachments and mentions to a model. */
  converter?: ThreadItemConverter;
};
