import type { ThreadItemConverter } from '@causerie/chatkit/agents';
import type { Models } from '../../platform/models/index.ts';

/** What is configured of the assistant. */
export type AgentsConfig = {
  /** `CHATKIT_AGENT_MODEL`; undefined: the best model there is a key for, else `offline`. */
  model?: string | undefined;
  /** `CHATKIT_AGENT_INSTRUCTIONS`; undefined: the weather-capable assistant. */
  instructions?: string | undefined;
  /** The most recent items of a thread that a model is given; default 60. */
  historyItems?: number | undefined;
  /** And at most this many tokens of them, as `tokensOf` counts; default 40 000. */
  historyTokens?: number | undefined;
  /** The newest item is given whole up to so many tokens, and cut there; default 250 000. */
  newestTokens?: number | undefined;
  /** How often a model may be called in one turn, tools in between; default 8. */
  maxTurns?: number | undefined;
  /** How long the end of a first answer may wait for the thread's title, in milliseconds; default 1500. */
  titleWaitMs?: number | undefined;
};

/** Lines for the log; pino's shape. They never carry the text of a message. */
export type AgentsLog = {
  warn(fields: object, message: string): void;
  debug(fields: object, message: string): void;
};

/** What the agents feature is built from. */
export type AgentsDeps = {
  config: AgentsConfig;
  models: Models;
  log: AgentsLog;
  /** Turns items into the model's input: for those who have attachments and mentions to show to a model. */
  converter?: ThreadItemConverter;
};
