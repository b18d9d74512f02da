import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Config } from '../../config.ts';
import { type AllowedHosts, isPublicAddress } from './addresses.ts';
import { OutboundError } from './outbound-error.ts';

/** Connections to other servers: kept for later requests, and through the proxy of the settings. */
export type HttpAgents = {
  http: HttpAgent;
  https: HttpsAgent;
  /** Closes idle connections. */
  close(): void;
};

export type ProxySettings = Partial<Pick<Config, 'HTTP_PROXY' | 'HTTPS_PROXY' | 'NO_PROXY'>>;

/** Hosts that bypass the proxy, since its own loopback would be meant (a model on this machine). */
const here = ['localhost', '127.0.0.1', '[::1]', '::1'];

/**
 * Makes agents. A request to `https://` goes through a tunnel (CONNECT) of `HTTPS_PROXY`, one to `http://` is handed whole
 * to `HTTP_PROXY`, except where `NO_PROXY` names the host: `host`, `host:port`, `.domain`, `*.domain`, `*`, a range of
 * addresses `10.0.0.1-10.0.0.99` (Node, "Built-in Proxy Support").
 */
export function createHttpAgents(settings: ProxySettings = {}, lookup?: LookupFunction): HttpAgents {
  const proxyEnv = {
    HTTP_PROXY: settings.HTTP_PROXY,
    HTTPS_PROXY: settings.HTTPS_PROXY,
    NO_PROXY: [...here, ...(settings.NO_PROXY ?? [])].join(','),
  };
  const options = {
    keepAlive: true,
    maxFreeSockets: 64,
    scheduling: 'lifo',
    proxyEnv,
    ...(lookup && { lookup }),
  } as const;
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  return {
    ...agents,
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/**
 * A lookup that returns public and allowed addresses only. It runs as a connection is made, and the connection uses its
 * result: a name that points elsewhere at a second lookup (DNS rebinding) gains nothing. Of a name with public and private
 * addresses the public ones are used, since networks with NAT64 add an address to every name.
 *
 * The proxy itself is looked up without it: Node does not pass an agent's lookup to the connection to its proxy.
 */
export function guardedLookup(allowed: AllowedHosts, lookup: typeof systemLookup = systemLookup): LookupFunction {
  return (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '');
      const trusted = allowed.hasName(name);
      const fit = found.filter(({ address }) => trusted || isPublicAddress(address) || allowed.hasAddress(address));
      if (fit.length === 0) return done(new OutboundError('forbidden', `${name} is not a public address`), '');
      if (options.all) done(null, fit);
      else done(null, fit[0]!.address, fit[0]!.family);
    });
  };
}
