import type { lookup as systemLookup } from 'node:dns';
import type { Config } from '../../config.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { noTracing } from '../telemetry/tracing.ts';
import { isPublicAddress, parseAllowedHosts } from './addresses.ts';
import { createClient, type OutboundClient } from './create-client.ts';
import { createHttpAgents, guardedLookup, type ProxySettings } from './http-agents.ts';
import { OutboundError } from './outbound-error.ts';

/** The only way to other servers. */
export type Outbound = {
  /**
   * Makes a client for one use. It reaches public addresses, those that `OUTBOUND_ALLOWED` names, and `allow`.
   *
   * `outbound.client({ name: 'sign-in provider', allow: [issuer] }).fetch` is a `fetch` for `openid-client`, which receives
   * redirects unfollowed (`redirect: 'manual'`); `outbound.client({ name: 'link preview', redirects: 3 }).fetch` is one for
   * addresses that people write.
   */
  client(use: OutboundUse): OutboundClient;
  /** Closes idle connections. */
  close(): void;
};

export type OutboundUse = {
  /** The name of the spans of its requests, such as `model call`. */
  name: string;
  /**
   * Addresses that an operator configured. They may be anywhere, such as a model on this machine. Never pass an address
   * that a person or a model wrote.
   */
  allow?: readonly string[];
  /** Whether an answer is delivered while it arrives; otherwise the promise resolves once it is whole. Default false. */
  streams?: boolean;
  /** Until the first byte of an answer, in milliseconds; default 15 seconds. */
  firstByteMs?: number;
  /** Between two pieces of an answer, in milliseconds; default 15 seconds. */
  idleMs?: number;
  /** The longest answer; default a megabyte. */
  mostBytes?: number;
  /**
   * How often a temporary refusal (408, 429, 5xx) is retried; default 0. Above 0, a request is also repeated when its kept
   * connection had been closed meanwhile.
   */
  retries?: number;
  /** The wait before the first retry, where the server names none; default half a second. It doubles. */
  retryDelayMs?: number;
  /** How many redirects a GET follows; each address is checked anew. Default 0. */
  redirects?: number;
};

type Settings = ProxySettings & Partial<Pick<Config, 'OUTBOUND_ALLOWED'>>;

/** Opens the way to other servers. `lookup` is for tests. */
export function createOutbound(
  settings: Settings = {},
  { tracing = noTracing, lookup }: { tracing?: Tracing; lookup?: typeof systemLookup } = {},
): Outbound {
  const allowed = parseAllowedHosts(settings.OUTBOUND_ALLOWED ?? []);
  // Separate, so that no connection to an operator's address is used for a person's.
  const trusting = createHttpAgents(settings, lookup);
  const guarded = createHttpAgents(settings, guardedLookup(allowed, lookup));

  /** Checks addresses written as numbers, which no lookup sees. */
  const refuseAddress = ({ protocol, hostname }: URL): void => {
    if (protocol !== 'http:' && protocol !== 'https:')
      throw new OutboundError('forbidden', `${protocol} is not http: or https:`);
    // URL has normalised decimal, octal, hexadecimal and short spellings.
    const host = hostname.replace(/^\[|\]$/g, '');
    if (allowed.hasName(host) || allowed.hasAddress(host)) return;
    const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(host);
    if (isAddress && !isPublicAddress(host)) throw new OutboundError('forbidden', `${host} is not a public address`);
  };

  return {
    client(use) {
      const origins = new Set((use.allow ?? []).map((url) => new URL(url).origin));
      return createClient(
        {
          name: use.name,
          limits: {
            firstByteMs: use.firstByteMs ?? 15_000,
            idleMs: use.idleMs ?? 15_000,
            mostBytes: use.mostBytes ?? 1_000_000,
          },
          retries: { most: use.retries ?? 0, delayMs: use.retryDelayMs ?? 500 },
          redirects: use.redirects ?? 0,
          tracing,
          route(url) {
            if (origins.has(url.origin)) return { agents: trusting, isAllowed: true };
            refuseAddress(url);
            return { agents: guarded, isAllowed: false };
          },
        },
        use.streams ?? false,
      );
    },
    close() {
      trusting.close();
      guarded.close();
    },
  };
}
