import { isLanguage } from '../../platform/i18n/index.ts';
import type { Accounts } from '../accounts/index.ts';
import { say } from './say.ts';

/** The dependencies of the welcome. */
export type WelcomeDeps = {
  accounts: Pick<Accounts, 'registration' | 'providers'>;
  /** Whether speech can be transcribed, as far as is known now. */
  dictation: () => boolean;
  /** Whether the built-in guide answers instead of a language model. */
  offline: boolean;
  /** The name of the answering model. */
  model: string | undefined;
  /** The setting that the model needs. */
  missingSetting: string | undefined;
};

/** A suggestion to begin with. `icon` is one of ChatKit's. */
type Prompt = { label: string; prompt: string; icon: string };

/** A visitor's suggestions; the last one shows only while no language model answers. */
const prompts = [
  { key: 'weather', icon: 'globe' },
  { key: 'abilities', icon: 'circle-question' },
  { key: 'connect', icon: 'sparkle' },
] as const;

type Welcome = {
  greeting: string;
  placeholder: string;
  prompts: Prompt[];
  /** The answering model; absent where it is not known. */
  disclaimer?: string | undefined;
  language: string;
  registration: 'open' | 'closed';
  first_account: boolean;
  dictation: boolean;
  sign_in: { providers: { id: string; name: string }[] };
};

/** Gives the first texts in a language, whether newcomers may join, and who they may sign in with. An unknown language is English. */
export const welcomeVisitor =
  ({ accounts, dictation, offline, model, missingSetting }: WelcomeDeps) =>
  async (asked: string): Promise<Welcome> => {
    const code = asked.toLowerCase().split(/[-_]/, 1)[0]!;
    const language = isLanguage(code) ? code : 'en';
    const { open, firstAccount } = await accounts.registration();
    // Where a model answers, there is none left to connect.
    const offered = prompts.filter(({ key }) => offline || key !== 'connect');
    const answering = model && say(language, missingSetting ? 'waiting' : 'answering', { model: showModel(model) });
    return {
      language,
      greeting: say(language, 'greeting'),
      placeholder: say(language, 'placeholder'),
      prompts: offered.map(({ key, icon }) => ({
        label: say(language, `${key}.label`),
        prompt: say(language, `${key}.prompt`),
        icon,
      })),
      registration: open ? 'open' : 'closed',
      first_account: firstAccount,
      dictation: dictation(),
      sign_in: { providers: accounts.providers.list() },
      disclaimer: offline ? say(language, 'guiding') : answering,
    };
  };

/** A model's name without its provider, escaped as Markdown. */
const showModel = (model: string) => model.replace(/^[^/]*\//, '').replace(/[\\`*_[\]<>~|]/g, '\\$&');
