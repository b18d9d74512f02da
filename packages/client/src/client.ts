import type { HostedSession, PublicConfig, RuntimeConfig, Weather } from '@causerie/api';
import { type Account, createAccount } from './account.ts';
import { type Admin, createAdmin } from './admin.ts';
import { type Auth, type AuthOptions, createAuth } from './auth.ts';
import type { Call } from './call.ts';
import { createTransport, type TransportOptions } from './transport.ts';

export interface ClientOptions extends TransportOptions, AuthOptions {}

/** A client of one Causerie server. */
export type Client = {
  auth: Auth;
  account: Account;
  admin: Admin;
  /** The texts of an empty chat. An unknown language gets English. */
  config(language?: string, signal?: AbortSignal): Promise<PublicConfig>;
  runtimeConfig(signal?: AbortSignal): Promise<RuntimeConfig>;
  /** `country` is a code (`FR`) or a name. Errors: `city_unknown`, `bad_gateway`. */
  weather(place: { city: string; country?: string }, signal?: AbortSignal): Promise<Weather>;
  /** A client secret of OpenAI's hosted ChatKit. Error: `not_configured`. */
  hostedSession(): Promise<HostedSession>;
  /** Calls any route of the contract that takes and answers JSON: `call('GET /api/chatkit/threads', {query: {limit: 10}})`. */
  call: Call;
  /** `fetch` with this client's credentials, for callers that read the stream themselves (ChatKit's `api.fetch`). */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** The address of a path at the server in use. */
  url(path: string): string;
};

/**
 * Creates a client.
 *
 * @example
 * const client = createClient({ baseUrl: 'https://talk.example', mode: 'bearer' });
 * await client.auth.signIn({ email: 'ada@example.com', password: '…' });
 * console.log((await client.weather({ city: 'Paris' })).temperature);
 */
export function createClient(options: ClientOptions = {}): Client {
  const transport = createTransport(options);
  return {
    auth: createAuth(transport, options),
    account: createAccount(transport.call),
    admin: createAdmin(transport.call),
    config: (lang, signal) => transport.call('GET /api/config', { query: { lang }, signal }),
    runtimeConfig: (signal) => transport.call('GET /api/runtime-config', { signal }),
    weather: (query, signal) => transport.call('GET /api/tools/weather', { query, signal }),
    hostedSession: () => transport.call('POST /api/chatkit/session'),
    call: transport.call,
    fetch: transport.fetch,
    url: transport.url,
  };
}
