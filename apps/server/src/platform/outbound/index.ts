import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Config } from '../../config.ts';
import { wholeFetch } from './whole-fetch.ts';

/** The way to every other server that people or operators do not reach for themselves: models, the weather, OpenAI. */
export type Outbound = {
  /** For requests whose answers stream; they keep connections and follow the proxy of the settings. */
  agents: { http: HttpAgent; https: HttpsAgent };
  /**
   * A `fetch` for short exchanges: the answer is there as a whole, with at most a megabyte, or the promise is rejected. So
   * it is at a redirect, which could take a key elsewhere.
   */
  fetch: typeof fetch;
  /** Closes idle connections. */
  close(): void;
};

/** What never goes through a proxy, whose own loopback it would be (a model on this machine). */
const here = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * Opens the way out. A request to `https://` goes through a tunnel (CONNECT) of `HTTPS_PROXY`, one to `http://` is handed
 * whole to `HTTP_PROXY`, except where `NO_PROXY` names the host: `host`, `host:port`, `.domain`, `*.domain`, `*`, a range of
 * addresses `10.0.0.1-10.0.0.99` (Node, "Built-in Proxy Support").
 */
export function createOutbound(
  config: Partial<Pick<Config, 'HTTP_PROXY' | 'HTTPS_PROXY' | 'NO_PROXY'>> = {},
): Outbound {
  const proxyEnv = {
    HTTP_PROXY: config.HTTP_PROXY,
    HTTPS_PROXY: config.HTTPS_PROXY,
    NO_PROXY: [...here, ...(config.NO_PROXY ?? [])].join(','),
  };
  const settings = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo', proxyEnv } as const;
  const agents = { http: new HttpAgent(settings), https: new HttpsAgent(settings) };
  return {
    agents,
    fetch: wholeFetch(agents),
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}
