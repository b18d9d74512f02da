import type { Model } from '@openai/agents';
import { AppError } from '../../errors.ts';
import type { Outbound } from '../outbound/index.ts';
import { adaptiveModel } from './adaptive.ts';
import { withConcessions } from './ai-sdk/concessions.ts';
import { withoutTaggedThoughts, withThinkTags } from './ai-sdk/think-tags.ts';
import { completeAnswers } from './answers.ts';
import { withTolerantChat } from './chat/client.ts';
import { fitMistral, mistralBaseUrl } from './chat/mistral.ts';
import { createModelFetch } from './model-fetch.ts';
import { withTolerantResponses } from './responses/client.ts';
import { createHabits } from './wire/fitting.ts';

/** A provider reached by key, at its own address or another. */
export type ProviderConfig = {
  apiKey?: string | undefined;
  baseUrl?: string | undefined;
};

/** What is configured of models. */
export type ModelsConfig = {
  /**
   * `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `MODEL_API`. With a base URL the key is optional. `api` undefined: Responses,
   * or Chat Completions where the server at the base URL has no Responses API.
   */
  openai: ProviderConfig & {
    api?: 'responses' | 'chat_completions' | undefined;
    /** `OPENAI_STORE`: whether OpenAI may keep what is said; default false. */
    store?: boolean | undefined;
  };
  anthropic?: ProviderConfig;
  google?: ProviderConfig;
  mistral?: ProviderConfig;
  /** `OLLAMA_URL`, default `http://127.0.0.1:11434/v1`. */
  ollamaUrl?: string | undefined;
  /** Until the first byte of an answer; default 60 seconds. */
  firstByteTimeoutMs?: number | undefined;
  /** Between two pieces of an answer; default 60 seconds. */
  idleTimeoutMs?: number | undefined;
  /** Before the one retry of a 429 or 5xx; default half a second. */
  retryDelayMs?: number | undefined;
  /** A model of this program, which needs no provider. Its name has no slash. */
  builtIn: { name: string; open(): Promise<Model> };
  /** The way to model servers. */
  outbound: Outbound;
};

/** Models by name; built by `createModels`. */
export type Models = {
  /**
   * The model of a name: `provider/model` with provider `openai`, `anthropic`, `google`, `mistral` or `ollama`; a bare
   * name is OpenAI's, but for that of the built-in model. Throws `AppError('not_configured')` when the provider is unknown or has
   * no key.
   */
  resolve(name: string): Promise<Model>;
  /** The setting that a model of this name waits for, such as `OPENAI_API_KEY`; undefined when nothing is missing. */
  missingSetting(name: string): string | undefined;
  /** `host:port` of the base URL at which a model of this name is asked; undefined at the provider's own address. */
  hostOf(name: string): string | undefined;
  /** The model used when none is named: that of the first provider with a key, else the built-in one. */
  readonly defaultName: string;
  /** Loads what the first answer of a model would otherwise wait for. */
  warm(name: string): Promise<void>;
};

/** The providers that want a key, and the settings that hold it. */
const keySettings = {
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
  mistral: 'MISTRAL_API_KEY',
};
type Keyed = keyof typeof keySettings;

const fullName = (name: string) => (name.includes('/') ? name : `openai/${name}`);

const ollamaUrl = 'http://127.0.0.1:11434/v1';

type Maker = (model: string) => Promise<Model>;

/**
 * Builds the door to language models. The libraries behind it are heavy (0.4 s and 60 MB for the Agents SDK alone), so
 * each is loaded by the first name that needs it.
 */
export function createModels(config: ModelsConfig): Models {
  const fetch = createModelFetch({
    firstByteTimeoutMs: config.firstByteTimeoutMs ?? 60_000,
    idleTimeoutMs: config.idleTimeoutMs ?? 60_000,
    retryDelayMs: config.retryDelayMs ?? 500,
    outbound: config.outbound,
    allow: addressesOf(config),
  });

  const keyOf = (provider: Keyed): string | undefined => {
    const { apiKey, baseUrl } = config[provider] ?? {};
    // Servers of one's own seldom want a key, but the clients insist on sending one.
    return apiKey || (baseUrl ? 'none' : undefined);
  };
  const needKey = (provider: Keyed): string => {
    const key = keyOf(provider);
    if (!key)
      throw new AppError('not_configured', `No key is configured for ${provider}: set ${keySettings[provider]}.`);
    return key;
  };

  const openAICompatible = async (provider: string, apiKey: string, baseURL: string | undefined) => {
    const [{ default: OpenAI }, sdk] = await Promise.all([import('openai'), import('@openai/agents')]);
    // Retries are the business of our fetch. The client's own log prints what a server sent; it must not.
    const client = new OpenAI({
      apiKey,
      baseURL: baseURL ?? null,
      // By default the client sends OPENAI_ORG_ID and OPENAI_PROJECT_ID of the environment to every server.
      ...(provider !== 'openai' && { organization: null, project: null }),
      fetch,
      maxRetries: 0,
      logLevel: 'off',
    });
    return { client, sdk };
  };

  // The AI SDK's providers, adapted to the Agents SDK. Their `ai` peer is not needed for that.
  const adapt = async (model: object): Promise<Model> => {
    const { aisdk } = await import('@openai/agents-extensions/ai-sdk');
    const adapted = aisdk(withThinkTags(withConcessions(model, createHabits())) as Parameters<typeof aisdk>[0]);
    return completeAnswers(withoutTaggedThoughts(adapted), { saysEnd: true });
  };

  const makers: Record<string, Maker> = {
    async openai(model) {
      const { baseUrl, api, store = false } = config.openai;
      const { client, sdk } = await openAICompatible('openai', needKey('openai'), baseUrl);
      const habits = createHabits();
      const chat = () => new sdk.OpenAIChatCompletionsModel(withTolerantChat(client, { fetch, habits, store }), model);
      if (api === 'chat_completions') return completeAnswers(chat());
      const tolerant = withTolerantResponses(client, { fetch, habits, store });
      const responses = new sdk.OpenAIResponsesModel(tolerant, model);
      // OpenAI itself surely has the API.
      const adaptive = baseUrl !== undefined && api === undefined;
      return completeAnswers(adaptive ? adaptiveModel({ responses, chat: chat(), habits }) : responses);
    },
    async ollama(model) {
      const { client, sdk } = await openAICompatible('ollama', 'ollama', config.ollamaUrl ?? ollamaUrl);
      return completeAnswers(
        new sdk.OpenAIChatCompletionsModel(withTolerantChat(client, { fetch, habits: createHabits() }), model),
      );
    },
    async anthropic(model) {
      const apiKey = needKey('anthropic');
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return adapt(createAnthropic({ apiKey, fetch, ...base(config.anthropic) })(model));
    },
    async google(model) {
      const apiKey = needKey('google');
      const { createGoogle } = await import('@ai-sdk/google');
      return adapt(createGoogle({ apiKey, fetch, ...base(config.google) })(model));
    },
    async mistral(model) {
      const { client, sdk } = await openAICompatible(
        'mistral',
        needKey('mistral'),
        config.mistral?.baseUrl || mistralBaseUrl,
      );
      const tolerant = withTolerantChat(client, { fetch, habits: createHabits(), dialect: fitMistral });
      return completeAnswers(new sdk.OpenAIChatCompletionsModel(tolerant, model));
    },
  };

  const made = new Map<string, Promise<Model>>();
  let opened: Promise<Model> | undefined;
  const resolve = (name: string): Promise<Model> => {
    if (name === config.builtIn.name) {
      opened ??= config.builtIn.open();
      return opened;
    }
    const full = fullName(name);
    const known = made.get(full);
    if (known) return known;
    const slash = full.indexOf('/');
    const provider = full.slice(0, slash);
    const maker = Object.hasOwn(makers, provider) ? makers[provider] : undefined;
    if (!maker || slash === full.length - 1) {
      return Promise.reject(new AppError('not_configured', `No model provider is called "${provider}".`));
    }
    const model = maker(full.slice(slash + 1));
    made.set(full, model);
    model.catch(() => made.delete(full));
    return model;
  };

  return {
    resolve,
    missingSetting(name) {
      if (name === config.builtIn.name) return undefined;
      const provider = fullName(name).split('/', 1)[0]!;
      if (!Object.hasOwn(keySettings, provider)) return undefined;
      return keyOf(provider as Keyed) ? undefined : keySettings[provider as Keyed];
    },
    hostOf(name) {
      if (name === config.builtIn.name) return undefined;
      const provider = fullName(name).split('/', 1)[0]!;
      if (provider === 'ollama') return new URL(config.ollamaUrl ?? ollamaUrl).host;
      const url = Object.hasOwn(keySettings, provider) ? config[provider as Keyed]?.baseUrl : undefined;
      return url ? new URL(url).host : undefined;
    },
    defaultName: defaultName(config),
    async warm(name) {
      await Promise.all([import('@openai/agents'), resolve(name)]);
    },
  };
}

/** Where models are asked. The providers' own names are here too: a company may lead them to a private address. */
const addressesOf = ({ openai, anthropic, google, mistral, ollamaUrl: ollama }: ModelsConfig): string[] => [
  openai.baseUrl ?? 'https://api.openai.com',
  anthropic?.baseUrl ?? 'https://api.anthropic.com',
  google?.baseUrl ?? 'https://generativelanguage.googleapis.com',
  mistral?.baseUrl ?? mistralBaseUrl,
  ollama ?? ollamaUrl,
];

const base = (provider: ProviderConfig | undefined) => (provider?.baseUrl ? { baseURL: provider.baseUrl } : {});

function defaultName({ openai, anthropic, google, mistral, builtIn }: ModelsConfig): string {
  if (openai.apiKey || openai.baseUrl) return 'openai/gpt-5';
  if (anthropic?.apiKey) return 'anthropic/claude-sonnet-4-5';
  if (google?.apiKey) return 'google/gemini-2.5-flash';
  if (mistral?.apiKey) return 'mistral/mistral-medium-latest';
  return builtIn.name;
}
