import type { createApiKeys } from '../sessions/keys/api-keys.ts';
import { presentKey } from '../sessions/keys/present-key.ts';
import type { Providers } from './oidc/providers.ts';
import type { Passkeys } from './passkeys/passkeys.ts';
import { presentPasskey } from './passkeys/present-passkey.ts';
import type { SignIn } from './sign-in.ts';

/**
 * What the server holds about how a person signs in, for a copy of their data: no secret is in it. Accounts of providers that
 * the settings do not name any more are, since their rows are still there.
 */
export const createExportSignIn =
  (deps: { signIn: SignIn; passkeys: Passkeys; providers: Providers; apiKeys: ReturnType<typeof createApiKeys> }) =>
  async (personId: string) => {
    const { signIn, passkeys, providers, apiKeys } = deps;
    const [ways, keys, accounts, programs] = await Promise.all([
      signIn.waysOf(personId),
      passkeys.list(personId),
      providers.accountsOf(personId),
      apiKeys.list(personId),
    ]);
    const provider_accounts = accounts.map(({ issuer, subject, email, createdAt, lastUsedAt }) => ({
      issuer,
      subject,
      email,
      created_at: createdAt.toISOString(),
      last_used_at: lastUsedAt?.toISOString() ?? null,
    }));
    return {
      sign_in: { ...ways, passkeys: keys.map(presentPasskey), provider_accounts },
      api_keys: programs.map(presentKey),
    };
  };
