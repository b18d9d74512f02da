import { hashSecret, type InSession } from '../accounts/index.ts';
import type { HostedDeps } from './deps.ts';
import { type HostedSession, requestSecret } from './request-secret.ts';
import { requireSettings } from './require-settings.ts';

/** The lifetime of a secret for which OpenAI named no end. OpenAI's own live for ten minutes. */
const usualLifeMs = 3_600_000;

/** Gets a client secret for a person's browser. Throws `not_configured`, or `bad_gateway` when OpenAI gives no secret. */
export const createSession =
  (deps: HostedDeps) =>
  async ({ person, sessionId }: InSession): Promise<HostedSession> => {
    const { url, fetch, queries, now } = deps;
    const session = await requestSecret({ url, ...requireSettings(deps), fetch }, person.id);
    const expiresAt = new Date(session.expires_at ? session.expires_at * 1000 : now() + usualLifeMs);
    await queries.addSecret(hashSecret(session.client_secret), { personId: person.id, sessionId }, expiresAt);
    return session;
  };
