import type { Config } from './config.ts';
import {
  type AgentMetrics,
  type AgentsDeps,
  continueAction,
  createAgents,
  isCutCard,
  offlineModel,
} from './features/agents/index.ts';
import type { ChatKitContext, Responder } from './features/chatkit/index.ts';
import { describeWeather } from './features/weather/index.ts';
import { pickLanguage } from './platform/i18n/index.ts';
import { createModels, type Models } from './platform/models/index.ts';
import type { Outbound } from './platform/outbound/index.ts';
import type { Log } from './platform/telemetry/log.ts';

/** Logs the answering model at the start: nobody should learn from a first failed answer that a key is missing. */
function logModel(model: string, models: Models, log: Log): void {
  const setting = models.missingSetting(model);
  const host = models.hostOf(model);
  if (setting) log.warn({ model }, `${model} cannot answer: its key is missing. Set ${setting}.`);
  else if (model === 'offline') log.info({ model }, 'The built-in guide answers: no language model is connected');
  else log.info({ model, host }, host ? `${model} is asked at ${host}` : `${model} answers`);
}

/** Makes the agents of this server, as ChatKit's responder. */
export function agentsResponder(
  config: Config,
  deps: { log: Log; metrics: AgentMetrics; outbound: Outbound; converter: AgentsDeps['converter'] },
): Responder {
  const { log, metrics, outbound, converter } = deps;
  const models = createModels({
    openai: {
      apiKey: config.OPENAI_API_KEY,
      baseUrl: config.OPENAI_BASE_URL,
      api: config.MODEL_API,
      store: config.OPENAI_STORE === 'true',
    },
    anthropic: { apiKey: config.ANTHROPIC_API_KEY, baseUrl: config.ANTHROPIC_BASE_URL },
    google: { apiKey: config.GOOGLE_GENERATIVE_AI_API_KEY, baseUrl: config.GOOGLE_BASE_URL },
    mistral: { apiKey: config.MISTRAL_API_KEY, baseUrl: config.MISTRAL_BASE_URL },
    ollamaUrl: config.OLLAMA_URL,
    firstByteTimeoutMs: config.MODEL_FIRST_BYTE_TIMEOUT * 1000,
    idleTimeoutMs: config.MODEL_IDLE_TIMEOUT * 1000,
    builtIn: offlineModel({ describe: describeWeather }),
    outbound,
  });
  logModel(config.CHATKIT_AGENT_MODEL ?? models.defaultName, models, log);
  const agents = createAgents({
    config: {
      model: config.CHATKIT_AGENT_MODEL,
      instructions: config.CHATKIT_AGENT_INSTRUCTIONS,
      historyTokens: config.CHATKIT_AGENT_HISTORY_TOKENS,
      newestTokens: config.CHATKIT_AGENT_MESSAGE_TOKENS,
    },
    models,
    log,
    ...(converter && { converter }),
  });
  const answer = (turn: Parameters<Responder['respond']>[0] & { continues?: boolean }) => {
    metrics.countTurn(agents.name);
    return agents.respond<ChatKitContext>({
      ...turn,
      administrator: turn.context.person.role === 'admin',
      language: pickLanguage(turn.context.locale),
      log: turn.context.log,
      onUsage: (usage) => {
        turn.onUsage({ model: usage.model, usage });
        metrics.countUsage(usage);
      },
    });
  };
  return {
    model: agents.model,
    missingSetting: agents.missingSetting,
    offline: agents.model === 'offline',
    warm: () => void agents.warm(),
    respond: (turn) => answer(turn),
    action: (turn) =>
      turn.action.type === continueAction && turn.sender && isCutCard(turn.sender)
        ? answer({ ...turn, input: undefined, continues: true })
        : undefined,
  };
}
