import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Pool } from 'pg';
import type { Config } from '../../config.ts';
import { AppError } from '../../errors.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import type { InSession, Person } from '../accounts/index.ts';
import { createHostedSession, type HostedSession } from './hosted-session.ts';
import { createHostedQueries } from './queries.ts';
import { clientSecretOf, createRelay, type Relay } from './relay.ts';

export type { HostedSession } from './hosted-session.ts';

/** ChatKit as OpenAI hosts it: secrets for the browser, and a way round what its API lacks in CORS. */
export type Hosted = {
  /** Throws `not_configured`, or `bad_gateway` when OpenAI gives no secret. */
  createSession(holder: InSession): Promise<HostedSession>;
  /**
   * For those who are signed in here: by their session cookie, or by a client secret that this server gave them. Throws
   * `not_configured`, `unauthorized`, and what relaying throws.
   */
  relay: Relay;
  /** Whether the caller of a relayed request still is: an answer may take minutes. */
  isSignedIn(headers: IncomingHttpHeaders): Promise<boolean>;
};

type Settings = Pick<
  Config,
  | 'CHATKIT_HOSTED_URL'
  | 'CHATKIT_WORKFLOW_ID'
  | 'MODEL_FIRST_BYTE_TIMEOUT'
  | 'MODEL_IDLE_TIMEOUT'
  | 'OPENAI_API_KEY'
  | 'OPENAI_BASE_URL'
>;

/** How long a secret is taken for good whose end OpenAI did not tell. Its own live for ten minutes. */
const usualLifeMs = 3_600_000;

export function createHosted(deps: {
  config: Settings;
  outbound: Outbound;
  pool: Pool;
  /** Who is signed in by what a browser sends along by itself. */
  personOf: (headers: IncomingHttpHeaders) => Promise<{ must_change_password: boolean } | undefined>;
  personInSession: (personId: string, sessionId: string) => Promise<Person | undefined>;
  now?: (() => number) | undefined;
}): Hosted {
  const { config, outbound, personOf, personInSession, now = Date.now } = deps;
  const queries = createHostedQueries(deps.pool);
  const base = config.OPENAI_BASE_URL?.replace(/\/+$/, '') ?? 'https://api.openai.com/v1';
  const url = config.CHATKIT_HOSTED_URL ?? `${base}/chatkit`;
  const relay = createRelay({
    url,
    agents: outbound.agents,
    firstByteTimeoutMs: config.MODEL_FIRST_BYTE_TIMEOUT * 1000,
    idleTimeoutMs: config.MODEL_IDLE_TIMEOUT * 1000,
  });

  /** Throws `not_configured`. */
  const configured = (): { apiKey: string; workflow: string } => {
    const { OPENAI_API_KEY: apiKey, CHATKIT_WORKFLOW_ID: workflow } = config;
    if (!apiKey) throw new AppError('not_configured', 'Hosted ChatKit is not set up: OPENAI_API_KEY is not set.');
    if (!workflow)
      throw new AppError('not_configured', 'Hosted ChatKit is not set up: CHATKIT_WORKFLOW_ID is not set.');
    return { apiKey, workflow };
  };

  /** Pages of other origins send no cookie: there the secret itself tells who they are. */
  const isSignedIn = async (headers: IncomingHttpHeaders): Promise<boolean> => {
    const secret = clientSecretOf(headers.authorization);
    const holder = await queries.findHolder(hashOf(secret), new Date(now()));
    if (holder && (await personInSession(holder.personId, holder.sessionId))) return true;
    const person = await personOf({ cookie: headers.cookie });
    return person !== undefined && !person.must_change_password;
  };

  return {
    async createSession({ person, sessionId }) {
      const session = await createHostedSession({ url, ...configured(), fetch: outbound.fetch }, person.id);
      const expiresAt = new Date(session.expires_at ? session.expires_at * 1000 : now() + usualLifeMs);
      await queries.addSecret(hashOf(session.client_secret), { personId: person.id, sessionId }, expiresAt);
      return session;
    },
    async relay(request, signal) {
      configured();
      if (!(await isSignedIn(request.headers)))
        throw new AppError('unauthorized', 'Send a client secret of /api/chatkit/session as bearer token.');
      return relay(request, signal);
    },
    isSignedIn,
  };
}

const hashOf = (secret: string) => createHash('sha256').update(secret).digest();
