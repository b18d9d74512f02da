import { createHmac } from 'node:crypto';
import { AppError } from '../../../errors.ts';
import { newId } from '../../../platform/ids/index.ts';
import type { Device } from '../people/person.ts';
import type { createAccessTokens } from './access-token.ts';
import type { SessionQueries } from './queries.ts';
import { hashSecret, newSecret } from './secrets.ts';

const day = 86_400_000;
/** A session ends after this, however much it is used. */
const sessionLifetime = 30 * day;
/** A refresh token that is not used for so long is dead. */
const idleLifetime = 7 * day;
/** A used token within this time gets the same answer again: parallel requests, or a reply that was lost on the way. */
const grace = 10_000;

/** The answer of register, login and refresh. `expires_in` is in seconds. */
export type TokenPair = { access_token: string; refresh_token: string; token_type: 'bearer'; expires_in: number };

/**
 * Sessions of programs: a short access token, and a refresh token that works once (docs/decisions/0003-sessions-and-tokens.md).
 * Each refresh token follows from the one before by a keyed hash, so the same use repeated gives the same token, without
 * the token itself being stored anywhere: only SHA-256 of it is.
 */
export function createProgramTokens(deps: {
  queries: SessionQueries;
  access: ReturnType<typeof createAccessTokens>;
  key: Buffer;
  now?: () => number;
  /** Told when a used token comes again: a thief's, or a copy's. */
  onReplay?: (session: { personId: string; sessionId: string }) => void;
}) {
  const { queries, access, key, now = Date.now, onReplay } = deps;
  const successorOf = (token: string) => createHmac('sha256', key).update(token).digest('base64url');
  const pair = (personId: string, sessionId: string, refresh: string): TokenPair => ({
    access_token: access.issue(personId, sessionId),
    refresh_token: refresh,
    token_type: 'bearer',
    expires_in: access.lifetimeSeconds,
  });

  return {
    /** A new session for somebody who just proved who they are. */
    async begin(personId: string, device: Device): Promise<TokenPair> {
      const refresh = newSecret();
      const sessionId = newId('ses');
      await queries.addProgram(
        { id: sessionId, personId, createdAt: new Date(now()), expiresAt: new Date(now() + sessionLifetime), device },
        { hash: hashSecret(refresh), expiresAt: new Date(now() + idleLifetime) },
      );
      return pair(personId, sessionId, refresh);
    },

    /** Throws `unauthorized` for a token that is unknown, old or ended, and `token_reused` when it ends the session. */
    async refresh(token: string): Promise<TokenPair> {
      const next = successorOf(token);
      const used = await queries.useRefreshToken(hashSecret(token), (row) => {
        if (row.banned || row.expiresAt.getTime() <= now() || row.sessionExpiresAt.getTime() <= now()) return 'refuse';
        if (row.usedAt) return now() - row.usedAt.getTime() <= grace ? 'repeat' : 'end';
        const expiresAt = new Date(Math.min(now() + idleLifetime, row.sessionExpiresAt.getTime()));
        return { next: hashSecret(next), usedAt: new Date(now()), expiresAt };
      });
      if (!used || used.decision === 'refuse') throw new AppError('unauthorized');
      if (used.decision === 'end') {
        onReplay?.({ personId: used.row.personId, sessionId: used.row.sessionId });
        throw new AppError('token_reused');
      }
      return pair(used.row.personId, used.row.sessionId, next);
    },

    /** Ends the session of a refresh token; an unknown one is no error. */
    async end(token: string): Promise<void> {
      const session = await queries.sessionOfRefreshToken(hashSecret(token));
      if (session) await queries.end(session.person_id, session.id);
    },
  };
}
