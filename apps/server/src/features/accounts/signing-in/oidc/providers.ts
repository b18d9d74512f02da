import { randomBytes } from 'node:crypto';
import type { CustomFetch } from 'openid-client';
import type { PoolClient } from 'pg';
import { AppError } from '../../../../errors.ts';
import type { Account } from '../../people/person.ts';
import { hashSecret, newSecret } from '../../sessions/secrets.ts';
import type { Tickets } from '../tickets.ts';
import { createProvider, type ProvidedIdentity, type Provider, type ProviderSettings } from './provider.ts';
import { type ConnectedAccount, connectProvider, type OidcQueries, type ProviderAccount } from './queries.ts';

/** A provider as a person sees it in their account. Times are ISO 8601. */
export type ProviderView = {
  id: string;
  name: string;
  connected: { email: string; created_at: string; last_used_at: string | null } | null;
};

/** Adds somebody who comes from a provider. Throws `registration_closed`. */
export type AddFromProvider = (
  person: { email: string; name: string | undefined; locale: string | undefined },
  also: (client: PoolClient, account: Account) => Promise<void>,
) => Promise<Account>;

/** What is kept in the ticket of a way to a provider and back. */
type Begun = {
  provider: string;
  /** The hash of a secret that this browser has in a cookie: a way back that another browser began is refused. */
  browser: string;
  nonce: string;
  verifier: string;
  /** Where to go afterwards, a path of this site. */
  redirect: string;
};

/** How the way back ended: somebody signed in, or their account is connected to the provider's. */
export type CameBack = { account: Account; redirect: string; connected: boolean };

export type Providers = ReturnType<typeof createProviders>;

/**
 * Signing in with OpenID providers. The state that goes to the provider and comes back is a ticket: it is used once, by the
 * browser that began, within ten minutes.
 */
export function createProviders(deps: {
  settings: ProviderSettings[];
  fetch: CustomFetch;
  queries: OidcQueries;
  tickets: Tickets;
  addPerson: AddFromProvider;
  now: () => number;
}) {
  const { queries, tickets, addPerson } = deps;
  const providers = new Map(deps.settings.map((settings) => [settings.id, createProvider(settings, deps)]));

  const get = (id: string): Provider => {
    const provider = providers.get(id);
    if (!provider) throw new AppError('not_found');
    return provider;
  };
  const callbackOf = (origin: string, id: string) => `${origin}/api/auth/oidc/${id}/callback`;

  return {
    /** Those that people may choose from. */
    list: (): { id: string; name: string }[] => deps.settings.map(({ id, name }) => ({ id, name })),

    /**
     * Begins the way to a provider. `browser` is a new secret for this browser, or the one it has; it is to be set as a cookie.
     * @param connectTo whose account is to be connected; null signs in
     */
    async begin(
      id: string,
      given: { origin: string; browser: string | undefined; redirect: string; connectTo: string | null },
    ): Promise<{ url: string; browser: string }> {
      const provider = get(id);
      const browser = given.browser ?? newSecret();
      const begun: Begun = {
        provider: id,
        browser: hashSecret(browser).toString('base64url'),
        nonce: newSecret(),
        verifier: randomBytes(48).toString('base64url'),
        redirect: given.redirect,
      };
      const state = await tickets.issue('provider', given.connectTo, begun);
      return { url: await provider.addressFor(callbackOf(given.origin, id), { ...begun, state }), browser };
    },

    /**
     * Ends the way back. Throws `sign_in_expired` for a state that is unknown, old, used, or another browser's, `email_unverified`,
     * `account_exists` where the address is that of an account which nobody vouched for, `account_disabled`,
     * `registration_closed`, `already_linked`, and what `createProvider` throws.
     * @param findSignedIn who is signed in in this browser now
     * @param countSignUp counts one more account from the address of this browser. Throws `rate_limited`.
     */
    async finish(
      id: string,
      given: {
        origin: string;
        query: URLSearchParams;
        browser: string | undefined;
        findSignedIn(): Promise<Account | undefined>;
        countSignUp(): Promise<void>;
      },
    ): Promise<CameBack> {
      const provider = get(id);
      const state = given.query.get('state');
      const ticket = state && (await tickets.use('provider', state));
      if (!ticket) throw new AppError('sign_in_expired');
      const begun = ticket.data as Begun;
      const sameBrowser =
        given.browser !== undefined && hashSecret(given.browser).toString('base64url') === begun.browser;
      if (!sameBrowser || begun.provider !== id) throw new AppError('sign_in_expired');
      /** Whose account is connected. */
      const owner = async (): Promise<Account> => {
        const person = await given.findSignedIn();
        if (!person || person.id !== ticket.personId) throw new AppError('sign_in_expired');
        return person;
      };
      if (ticket.personId !== null) await owner();

      const address = new URL(callbackOf(given.origin, id));
      address.search = given.query.toString();
      const identity = await provider.identityFrom(address, { ...begun, state: state! });
      const { issuer } = provider.settings;
      if (ticket.personId !== null) {
        // A provider may take seconds, in which the session may end: whose thief it was must not keep a way in.
        const account = await owner();
        const known = { issuer, subject: identity.subject, email: identity.email ?? '' };
        await queries.connect(account.id, known);
        return { account, redirect: begun.redirect, connected: true };
      }
      return {
        account: await personOf(issuer, identity, given.countSignUp),
        redirect: begun.redirect,
        connected: false,
      };
    },

    /** All accounts of providers that are connected, also of those that the settings do not name any more. */
    accountsOf: (personId: string): Promise<ConnectedAccount[]> => queries.list(personId),

    async viewsOf(personId: string): Promise<ProviderView[]> {
      const connected = new Map((await queries.list(personId)).map((row) => [row.issuer, row]));
      return deps.settings.map(({ id, name, issuer }) => {
        const row = connected.get(issuer);
        if (!row) return { id, name, connected: null };
        const { email, createdAt, lastUsedAt } = row;
        const view = { email, created_at: createdAt.toISOString(), last_used_at: lastUsedAt?.toISOString() ?? null };
        return { id, name, connected: view };
      });
    },

    /** Throws `not_found`, `last_sign_in_way`. */
    async disconnect(personId: string, id: string): Promise<void> {
      if (!(await queries.disconnect(personId, get(id).settings.issuer))) throw new AppError('not_found');
    },
  };

  /** Who the identity is here: somebody known, somebody whose verified address it is, or somebody new. */
  async function personOf(
    issuer: string,
    { subject, email, name, locale }: ProvidedIdentity,
    countSignUp: () => Promise<void>,
  ): Promise<Account> {
    const known = await queries.use({ issuer, subject, email: email ?? '' });
    if (known) return active(known);
    if (email === undefined) throw new AppError('email_unverified');
    const account: ProviderAccount = { issuer, subject, email };
    const owner = await queries.findByEmail(email);
    if (owner) {
      // Anybody can register with anybody's address here. Whoever did would share the account with its true owner, and read
      // along: so only an address that somebody we trust vouched for is connected unasked.
      if (!owner.verified) throw new AppError('account_exists');
      const person = active(owner);
      await queries.welcome(person.id, account);
      return person;
    }
    await countSignUp();
    try {
      return await addPerson({ email, name, locale }, (client, added) => connectProvider(client, added.id, account));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'email_taken') throw error;
      // Somebody took the address in the meantime: the same person in another window, or somebody else.
      const other = await queries.use(account);
      if (!other) throw new AppError('account_exists');
      return active(other);
    }
  }
}

function active({ account, disabled }: { account: Account; disabled: boolean }): Account {
  if (disabled) throw new AppError('account_disabled');
  return account;
}
