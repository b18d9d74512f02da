import type { Client, RuntimeConfig } from '@causerie/client';
import type { ChatKitOptions } from '@openai/chatkit';

/** True for the usual spellings of "yes" in environment files. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|true|yes|on)$/i.test(value.trim());
}

type ApiClient = Pick<Client, 'fetch' | 'url' | 'hostedSession'> & { auth: Pick<Client['auth'], 'accessToken'> };

/** The element's connection to its server: our own by default, OpenAI's hosted one where the configuration says so. */
export function chatApi(config: RuntimeConfig, client: ApiClient) {
  if (isOn(config.VITE_CHATKIT_FORCE_HOSTED)) {
    return {
      // OpenAI's own address answers without CORS headers, so the element's requests go through our server.
      url: client.url('/api/chatkit/proxy/conversation'),
      getClientSecret: async () => (await client.hostedSession()).client_secret,
    } satisfies ChatKitOptions['api'];
  }
  const uploadStrategy = uploadStrategyOf(config);
  return {
    url: config.VITE_CHATKIT_API_URL ?? client.url('/api/chatkit'),
    // Required by the types. Our element sends it nowhere, so any value works.
    domainKey: isOn(config.VITE_CHATKIT_SKIP_DOMAIN_VERIFICATION)
      ? 'local-dev'
      : (config.VITE_CHATKIT_DOMAIN_KEY ?? 'local-dev'),
    // Our own server resumes answers and announces that in its replies. This page knows it beforehand: otherwise a reload
    // during the first answer would count as Stop. Another server gets no request beyond the protocol.
    fetch: introducing(
      config.VITE_CHATKIT_API_URL === undefined ? resuming(client.fetch) : client.fetch,
      config,
      client,
    ),
    ...(uploadStrategy === undefined ? {} : { uploadStrategy }),
  } satisfies ChatKitOptions['api'];
}

/**
 * Sends the signed-in person's token to the servers in the settings, and refreshes it once after a refusal. Our own server
 * uses the session instead. An address that a server invents never gets the token.
 */
function introducing(fetch: Client['fetch'], config: RuntimeConfig, { auth, url }: ApiClient): Client['fetch'] {
  const here = globalThis.location?.href ?? 'http://localhost';
  const own = new URL(url('/api/'), here).href;
  const servers = [config.VITE_CHATKIT_API_URL, config.VITE_CHATKIT_DIRECT_UPLOAD_URL].flatMap((address) =>
    address === undefined || new URL(address, here).href.startsWith(own) ? [] : [new URL(address, here).href],
  );
  return async (input, init) => {
    const address = new URL(input instanceof Request ? input.url : String(input), here).href;
    if (!servers.some((server) => address === server || address.startsWith(`${server}/`))) return fetch(input, init);
    const ask = (token: string | undefined) => {
      const headers = new Headers(init?.headers);
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      return fetch(input, { ...init, headers });
    };
    const token = await auth.accessToken();
    const response = await ask(token);
    if (response.status !== 401 || token === undefined) return response;
    const fresh = await auth.accessToken({ fresh: true });
    return fresh === undefined || fresh === token ? response : ask(fresh);
  };
}

function resuming(fetch: Client['fetch']): Client['fetch'] {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('causerie-resume', '1');
    return fetch(input, { ...init, headers });
  };
}

/** `two_phase`, or `direct` with its address; anything else means that the composer shows no attachment button. */
export function uploadStrategyOf(config: RuntimeConfig) {
  // Hosted ChatKit has its own way to upload files, which the element does not support.
  if (isOn(config.VITE_CHATKIT_FORCE_HOSTED)) return undefined;
  const name = config.VITE_CHATKIT_UPLOAD_STRATEGY?.trim().toLowerCase().replace('-', '_');
  if (name === 'two_phase') return { type: 'two_phase' } as const;
  const uploadUrl = config.VITE_CHATKIT_DIRECT_UPLOAD_URL;
  if (name === 'direct' && uploadUrl !== undefined) return { type: 'direct', uploadUrl } as const;
  return undefined;
}
