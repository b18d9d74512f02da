import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Pool } from 'pg';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { newId } from '../../platform/ids/index.ts';
import type { RedisLink } from '../../platform/redis/index.ts';
import type { Device, InSession, Person } from '../accounts/index.ts';
import { createSessionQueries } from './queries.ts';
import type { SessionRecord } from './session-record.ts';

/** Told how long making a session took. */
export type SessionMetrics = { session(seconds: number): void };

/** What is looked at of a request. Never its address: the router finds `/%61pi/…` too, so doors say what they are for. */
type ChatRequest = { headers: IncomingHttpHeaders };

/** Sessions of ChatKit on this server: a token for one person that opens the chat and nothing else. */
export type Sessions = {
  /** Makes a session, or continues the one of `token` when it was made in the same one for the same workflow. */
  create(
    maker: InSession,
    wish: { workflowId: string; fileUpload: boolean },
    token: string | undefined,
    device: Device,
  ): Promise<{ token: string; session: SessionRecord }>;
  /** Whose session the bearer token names; `undefined` when it is no token of a session, or one that has ended. */
  personOf(headers: IncomingHttpHeaders): Promise<Person | undefined>;
  /** Of the whole installation: how many were ever created, by workflow, and how many are good now. */
  counts(): Promise<{ created: Record<string, number>; active: number }>;
  /**
   * Lets people in who come with a session; all others are `otherwise`'s business. With `uploads`, it is for doors that take
   * files, which a session may be made without. Throws `unauthorized`, `forbidden`.
   */
  guard<R extends ChatRequest>(
    otherwise: (request: R) => Promise<InSession>,
    needs?: { uploads: boolean },
  ): (request: R) => Promise<InSession>;
};

/** Of a session and of its cookie. */
export const lifeMs = 30 * 86_400_000;
const tokenShape = /^cks_[\w-]{43}$/;
const prefix = 'causerie:chatkit-session:';

const stored = z.object({
  id: z.string(),
  personId: z.string(),
  sessionId: z.string(),
  workflowId: z.string(),
  fileUpload: z.boolean(),
  createdAt: z.coerce.date(),
  expiresAt: z.coerce.date(),
});

/**
 * Sessions are kept in Redis with their time to live, where all processes find them, and in the database: it answers when
 * Redis is away or has forgotten, and is all there is without one. Whether a session still stands is asked of the accounts
 * each time: it ends with the session that made it, and its person may be shut out.
 */
export function createSessions(deps: {
  pool: Pool;
  redis?: RedisLink | undefined;
  /** Who they are, while the session lets them in. */
  personInSession: (personId: string, sessionId: string) => Promise<Person | undefined>;
  metrics?: SessionMetrics | undefined;
  now?: (() => number) | undefined;
}): Sessions {
  const { redis, personInSession, metrics, now = Date.now } = deps;
  const queries = createSessionQueries(deps.pool);

  const keep = (hash: Buffer, session: SessionRecord) =>
    redis?.ask((client) =>
      client.set(
        prefix + hash.toString('base64url'),
        JSON.stringify(session),
        'PX',
        session.expiresAt.getTime() - now(),
      ),
    );
  const find = async (token: string): Promise<SessionRecord | undefined> => {
    const hash = hashOf(token);
    const text = await redis?.ask((client) => client.get(prefix + hash.toString('base64url')));
    const session = (text && stored.safeParse(JSON.parse(text)).data) || (await queries.find(hash));
    if (!session || session.expiresAt.getTime() <= now()) return undefined;
    if (!text) await keep(hash, session);
    return session;
  };
  const sessionOf = async (headers: IncomingHttpHeaders) => {
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    return token && tokenShape.test(token) ? { session: await find(token) } : undefined;
  };

  const ownerOf = (session: SessionRecord | undefined) => session && personInSession(session.personId, session.id);

  const create: Sessions['create'] = async (maker, { workflowId, fileUpload }, token, device) => {
    const began = performance.now();
    const expiresAt = new Date(now() + lifeMs);
    const known = token && tokenShape.test(token) ? await find(token) : undefined;
    const same =
      known?.personId === maker.person.id && known.sessionId === maker.sessionId && known.workflowId === workflowId;
    if (token && known && same && (await ownerOf(known))) {
      const session = { ...known, fileUpload, expiresAt };
      if (await queries.renew(hashOf(token), session)) {
        await keep(hashOf(token), session);
        return { token, session };
      }
    }
    const fresh = `cks_${randomBytes(32).toString('base64url')}`;
    const session = {
      id: newId('cks'),
      personId: maker.person.id,
      sessionId: maker.sessionId,
      workflowId,
      fileUpload,
      createdAt: new Date(now()),
      expiresAt,
    };
    await queries.add(hashOf(fresh), session, device);
    await keep(hashOf(fresh), session);
    metrics?.session((performance.now() - began) / 1000);
    return { token: fresh, session };
  };

  return {
    create,
    counts: () => queries.counts(new Date(now())),
    async personOf(headers) {
      return ownerOf((await sessionOf(headers))?.session);
    },
    guard: (otherwise, needs) => async (request) => {
      const given = await sessionOf(request.headers);
      if (!given) return otherwise(request);
      const owner = await ownerOf(given.session);
      if (!given.session || !owner) throw new AppError('unauthorized', 'The session has ended. Create a new one.');
      if (needs?.uploads && !given.session.fileUpload)
        throw new AppError('forbidden', 'The session was created without file uploads.');
      return { person: owner, sessionId: given.session.id };
    },
  };
}

const hashOf = (token: string) => createHash('sha256').update(token).digest();
