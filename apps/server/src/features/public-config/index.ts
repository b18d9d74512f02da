import { type Config, publicSettings } from '../../config.ts';
import type { Accounts } from '../accounts/index.ts';
import { type Texts, texts } from './texts.ts';

/** What anybody may know before they sign in. */
export type PublicConfig = {
  /** The texts of a language, and whether newcomers are welcome. An unknown language is English. */
  welcome(language: string): Promise<
    Omit<Texts, 'connect' | 'answering' | 'waiting' | 'guiding'> & {
      /** Who answers; absent where that is not known. */
      disclaimer?: string | undefined;
      language: string;
      registration: 'open' | 'closed';
      first_account: boolean;
      dictation: boolean;
    }
  >;
  /** The settings of the web app that are set, by their own names. */
  runtime(): Partial<Record<(typeof publicSettings)[number], string>>;
};

export function createPublicConfig(deps: {
  config: Config;
  accounts: Pick<Accounts, 'registration'>;
  /** Whether speech can be turned into text, as far as is known now. */
  dictation: () => boolean;
  /** Whether no language model answers, but the built-in guide. */
  offline: boolean;
  /** The name of the model that answers. */
  model: string | undefined;
  /** The setting that the model waits for. */
  missingSetting: string | undefined;
}): PublicConfig {
  const { config, accounts, dictation, offline, model, missingSetting } = deps;
  return {
    async welcome(asked) {
      const code = asked.toLowerCase().split(/[-_]/, 1)[0]!;
      const language = Object.hasOwn(texts, code) ? (code as keyof typeof texts) : 'en';
      const { open, firstAccount } = await accounts.registration();
      const { prompts, connect, answering, waiting, guiding, ...words } = texts[language];
      return {
        language,
        ...words,
        // Where a model answers there is none to connect any more.
        prompts: offline ? [...prompts, connect] : prompts,
        registration: open ? 'open' : 'closed',
        first_account: firstAccount,
        dictation: dictation(),
        disclaimer: offline ? guiding : model && (missingSetting ? waiting : answering)(shown(model)),
      };
    },
    // One by one by name: a setting that is not on the list cannot get out.
    runtime: () =>
      Object.fromEntries(
        publicSettings.flatMap((name) => (config[name] === undefined ? [] : [[name, String(config[name])]])),
      ),
  };
}

/** A model's name without its provider, as Markdown that shows it as it is. */
const shown = (model: string) => model.replace(/^[^/]*\//, '').replace(/[\\`*_[\]<>~|]/g, '\\$&');
