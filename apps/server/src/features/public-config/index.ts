import { type Config, publicSettings } from '../../config.ts';
import type { Accounts } from '../accounts/index.ts';
import { type Texts, texts } from './texts.ts';

/** What anybody may know before they sign in. */
export type PublicConfig = {
  /** The texts of a language, and whether newcomers are welcome. An unknown language is English. */
  welcome(
    language: string,
  ): Promise<Texts & { language: string; registration: 'open' | 'closed'; first_account: boolean }>;
  /** The settings of the web app that are set, by their own names. */
  runtime(): Partial<Record<(typeof publicSettings)[number], string>>;
};

export function createPublicConfig(deps: { config: Config; accounts: Pick<Accounts, 'registration'> }): PublicConfig {
  const { config, accounts } = deps;
  return {
    async welcome(asked) {
      const code = asked.toLowerCase().split(/[-_]/, 1)[0]!;
      const language = Object.hasOwn(texts, code) ? (code as keyof typeof texts) : 'en';
      const { open, firstAccount } = await accounts.registration();
      return { language, ...texts[language], registration: open ? 'open' : 'closed', first_account: firstAccount };
    },
    // One by one by name: a setting that is not on the list cannot get out.
    runtime: () =>
      Object.fromEntries(
        publicSettings.flatMap((name) => (config[name] === undefined ? [] : [[name, String(config[name])]])),
      ),
  };
}
