import { type Account, createAccount } from './account.ts';
import { type Admin, createAdmin } from './admin.ts';
import { type Auth, type AuthOptions, createAuth } from './auth.ts';
import {
  createHostedSession,
  getConfig,
  getRuntimeConfig,
  getWeather,
  type HostedSession,
  type PublicConfig,
  type RuntimeConfig,
  type Weather,
} from './config.ts';
import { createTransport, type TransportOptions } from './transport.ts';

export interface ClientOptions extends TransportOptions, AuthOptions {}

/** A client of one Causerie server. */
export type Client = {
  auth: Auth;
  account: Account;
  admin: Admin;
  config(language?: string, signal?: AbortSignal): Promise<PublicConfig>;
  runtimeConfig(signal?: AbortSignal): Promise<RuntimeConfig>;
  weather(place: { city: string; country?: string }, signal?: AbortSignal): Promise<Weather>;
  hostedSession(): Promise<HostedSession>;
  /** `fetch` with this client's credentials, for what reads a stream itself (ChatKit's `api.fetch`). */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** The address of a path at the server in use. */
  url(path: string): string;
};

/**
 * Makes a client.
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
    account: createAccount(transport),
    admin: createAdmin(transport),
    config: (language, signal) => getConfig(transport, language, signal),
    runtimeConfig: (signal) => getRuntimeConfig(transport, signal),
    weather: (place, signal) => getWeather(transport, place, signal),
    hostedSession: () => createHostedSession(transport),
    fetch: transport.fetch,
    url: transport.url,
  };
}
