import type { Pool } from 'pg';
import type { Config } from '../../config.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import { createSession } from './create-session.ts';
import type { HostedDeps } from './deps.ts';
import { isSignedIn } from './find-caller.ts';
import { createHostedQueries } from './queries.ts';
import { createRelay } from './relay.ts';
import { relayRequest } from './relay-request.ts';

type Settings = Pick<
  Config,
  | 'CHATKIT_HOSTED_URL'
  | 'CHATKIT_WORKFLOW_ID'
  | 'MODEL_FIRST_BYTE_TIMEOUT'
  | 'MODEL_IDLE_TIMEOUT'
  | 'OPENAI_API_KEY'
  | 'OPENAI_BASE_URL'
>;

export type Hosted = ReturnType<typeof createHosted>;

/** ChatKit as OpenAI hosts it: secrets for the browser, and a relay, since OpenAI's API lacks CORS. */
export function createHosted(
  given: Pick<HostedDeps, 'personOf' | 'personInSession'> & {
    config: Settings;
    outbound: Outbound;
    pool: Pool;
    now?: (() => number) | undefined;
  },
) {
  const { config, outbound } = given;
  const base = config.OPENAI_BASE_URL?.replace(/\/+$/, '') ?? 'https://api.openai.com/v1';
  const url = config.CHATKIT_HOSTED_URL ?? `${base}/chatkit`;
  const deps: HostedDeps = {
    url,
    apiKey: config.OPENAI_API_KEY,
    workflow: config.CHATKIT_WORKFLOW_ID,
    queries: createHostedQueries(given.pool),
    fetch: outbound.client({ name: 'hosted session', allow: [url] }).fetch,
    personOf: given.personOf,
    personInSession: given.personInSession,
    now: given.now ?? Date.now,
  };
  const relay = createRelay({
    url,
    outbound,
    firstByteTimeoutMs: config.MODEL_FIRST_BYTE_TIMEOUT * 1000,
    idleTimeoutMs: config.MODEL_IDLE_TIMEOUT * 1000,
  });
  return {
    createSession: createSession(deps),
    relay: relayRequest(deps, relay),
    /** An answer may take minutes, so the session is checked again while one is relayed. */
    isSignedIn: isSignedIn(deps),
  };
}
