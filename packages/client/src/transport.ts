import type { AnswerOf, Routes } from '@causerie/api';
import { ApiError, errorFrom } from './api-error.ts';
import { type AnyOptions, addressOf, type Call } from './call.ts';
import { memoryTokens, type TokenStore, type Tokens } from './tokens.ts';

export type TransportOptions = {
  /** The address of the server; empty (the default) means the page's own origin. */
  baseUrl?: string;
  /** The `fetch` to use; the global one by default. */
  fetch?: typeof fetch;
  /** Where bearer tokens are kept; in memory by default. Without tokens, requests carry the session cookie. */
  tokens?: TokenStore;
  /** The language of the server's messages, sent as `Accept-Language`. */
  language?: () => string | undefined;
  /**
   * The id of the person whom the page belongs to. The client sends it with the session cookie. When the cookie belongs to
   * another person by now, the server refuses the request (409 `account_changed`).
   */
  person?: () => string | undefined;
  /** Called for every such refusal. */
  onAccountChanged?: () => void;
  /** Called for every 401 that a refresh of the tokens did not resolve: nobody is signed in, or the session has ended. */
  onUnauthorized?: () => void;
};

/** Sends requests: the one place for the address, the credentials and the parsing of errors. */
export type Transport = {
  call: Call;
  /** `fetch` with the credentials of this client, for callers that read the stream themselves. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** The address of a path at the server in use. */
  url(path: string): string;
  readonly tokens: TokenStore;
};

const renewalKey = 'POST /api/v1/auth/refresh';
const renewal = addressOf(renewalKey);

/** Creates a {@link Transport}. */
export function createTransport(options: TransportOptions = {}): Transport {
  const doFetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const tokens = options.tokens ?? memoryTokens();
  const home = trimSlash(options.baseUrl ?? '');
  let refreshing: Promise<Tokens | undefined> | undefined;

  // The tokens name the server that issued them: after a reload the session continues at that server.
  const base = () => tokens.get()?.base_url ?? home;

  async function send(url: RequestInfo | URL, init: RequestInit, bearer: string | undefined): Promise<Response> {
    const headers = new Headers(init.headers);
    if (bearer !== undefined) headers.set('authorization', `Bearer ${bearer}`);
    const person = bearer === undefined && tokens.get() === undefined && isOurs(url) ? options.person?.() : undefined;
    if (person !== undefined) headers.set('causerie-person', person);
    const language = options.language?.();
    if (language !== undefined && !headers.has('accept-language')) headers.set('accept-language', language);
    try {
      // A bearer request carries no cookie: one request must not carry two identities.
      return await doFetch(url, { credentials: bearer === undefined ? 'same-origin' : 'omit', ...init, headers });
    } catch (cause) {
      if (init.signal?.aborted || (cause instanceof Error && cause.name === 'AbortError')) throw cause;
      throw new ApiError('The server cannot be reached.', { status: 0, code: 'unreachable', cause });
    }
  }

  /** Exchanges the refresh token once for all concurrent requests: a second use would revoke its family. */
  function refresh(current: Tokens): Promise<Tokens | undefined> {
    refreshing ??= (async () => {
      const response = await send(
        `${current.base_url}${renewal.path}`,
        {
          method: renewal.method,
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify({ refresh_token: current.refresh_token }),
          credentials: 'omit',
        },
        undefined,
      );
      if (!response.ok) {
        // Only a refusal ends the session. A restart of the server does not.
        if (response.status === 401 || response.status === 403) tokens.set(undefined);
        return undefined;
      }
      const fresh = (await response.json()) as AnswerOf<Routes[typeof renewalKey]>;
      const next: Tokens = {
        access_token: fresh.access_token,
        refresh_token: fresh.refresh_token,
        base_url: current.base_url,
      };
      tokens.set(next);
      return next;
    })().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  /** A token goes only to the server that issued it, whatever address a caller passes. */
  function isOurs(url: RequestInfo | URL): boolean {
    const address = url instanceof Request ? url.url : String(url);
    const here = globalThis.location?.href ?? 'http://localhost';
    const server = new URL(base() === '' ? here : base(), here);
    return new URL(address, here).origin === server.origin;
  }

  async function authorized(url: RequestInfo | URL, init: RequestInit): Promise<Response> {
    const response = await withFreshToken(url, init);
    if (response.status === 401 && isOurs(url)) options.onUnauthorized?.();
    if (response.status === 409 && options.onAccountChanged && isOurs(url)) {
      const { code } = await errorFrom(response.clone());
      if (code === 'account_changed') options.onAccountChanged();
    }
    return response;
  }

  async function withFreshToken(url: RequestInfo | URL, init: RequestInit): Promise<Response> {
    const current = isOurs(url) ? tokens.get() : undefined;
    const response = await send(url, init, current?.access_token);
    if (response.status !== 401 || current === undefined) return response;
    // The first attempt consumed a body that is a stream, so it cannot be sent again.
    if (init.body instanceof ReadableStream) return response;
    const latest = tokens.get();
    const next = latest && latest.access_token !== current.access_token ? latest : await refresh(current);
    if (next === undefined) return response;
    await response.body?.cancel();
    return send(url, init, next.access_token);
  }

  return {
    tokens,
    url: (path) => base() + path,
    fetch: (input, init = {}) => authorized(input, init),
    call: (async (key: string, given: AnyOptions = {}) => {
      const { method, path } = addressOf(key, given);
      const headers: Record<string, string> = { accept: 'application/json' };
      const init: RequestInit = { method, headers };
      if (given.body !== undefined) {
        headers['content-type'] = 'application/json';
        init.body = JSON.stringify(given.body);
      }
      if (given.signal !== undefined) init.signal = given.signal;
      const response = await authorized((given.baseUrl ?? base()) + path, init);
      if (!response.ok) throw await errorFrom(response);
      const text = await response.text();
      if (text === '') return undefined;
      try {
        return JSON.parse(text);
      } catch (cause) {
        // A proxy or a captive portal answers 200 with a page of its own.
        throw new ApiError('The answer is not JSON.', { status: response.status, code: 'bad_answer', cause });
      }
    }) as Call,
  };
}

export function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
