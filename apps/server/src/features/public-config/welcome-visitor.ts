import type { Accounts } from '../accounts/index.ts';
import { type Texts, texts } from './texts.ts';

/** What welcoming visitors works with. */
export type WelcomeDeps = {
  accounts: Pick<Accounts, 'registration'>;
  /** Whether speech can be turned into text, as far as is known now. */
  dictation: () => boolean;
  /** Whether no language model answers, but the built-in guide. */
  offline: boolean;
  /** The name of the model that answers. */
  model: string | undefined;
  /** The setting that the model waits for. */
  missingSetting: string | undefined;
};

type Welcome = Omit<Texts, 'connect' | 'answering' | 'waiting' | 'guiding'> & {
  /** Who answers; absent where that is not known. */
  disclaimer?: string | undefined;
  language: string;
  registration: 'open' | 'closed';
  first_account: boolean;
  dictation: boolean;
};

/** Gives the first texts in a language, and whether newcomers may join. An unknown language is English. */
export const welcomeVisitor =
  ({ accounts, dictation, offline, model, missingSetting }: WelcomeDeps) =>
  async (asked: string): Promise<Welcome> => {
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
      disclaimer: offline ? guiding : model && (missingSetting ? waiting : answering)(showModel(model)),
    };
  };

/** A model's name without its provider, as Markdown that shows it as it is. */
const showModel = (model: string) => model.replace(/^[^/]*\//, '').replace(/[\\`*_[\]<>~|]/g, '\\$&');
