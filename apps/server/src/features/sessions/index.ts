import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { newId } from '@causerie/chatkit';
import type { Pool } from 'pg';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { RedisLink } from '../../platform/redis/index.ts';
import type { Person } from '../accounts/index.ts';
import { createSessionQueries } from './queries.ts';
import type { SessionRecord } from './session-record.ts';

/** Where sessions are counted: of which workflow, how long making it took, and until when it is good (milliseconds). */
export type SessionMetrics = { session(workflowId: string, seconds: number, expiresAt: number): void };

/** What is looked at of a request. Never its address: the router finds `/%61pi/…` too, so doors say what they are for. */
type ChatRequest = { headers: IncomingHttpHeaders };

/** Sessions of ChatKit on this server: a token for one person that opens the chat and nothing else. */
export type Sessions = {
  /** Makes a session, or continues the one of `token` when it is the same person's for the same workflow. */
  create(
    person: Person,
    wish: { workflowId: string; fileUpload: boolean },
    token: string | undefined,
  ): Promise<{ token: string; session: SessionRecord }>;
  /** Whose session the bearer token names; `undefined` when it is no token of a session, or one that has ended. */
  personOf(headers: IncomingHttpHeaders): Promise<Person | undefined>;
  /**
   * Lets people in who come with a session; all others are `otherwise`'s business. With `uploads`, it is for doors that take
   * files, which a session may be made without. Throws `unauthorized`, `forbidden`.
   */
  guard<R extends ChatRequest>(
    otherwise: (request: R) => Promise<Person>,
    needs?: { uploads: boolean },
  ): (request: R) => Promise<Person>;
};

/** Of a session and of its cookie. */
export const lifeMs = 30 * 86_400_000;
const tokenShape = /^cks_[\w-]{43}$/;
const prefix = 'causerie:chatkit-session:';
/** Anybody may name any workflow, and each label costs memory for good. */
const mostLabels = 100;

const stored = z.object({
  id: z.string(),
  personId: z.string(),
  workflowId: z.string(),
  fileUpload: z.boolean(),
  createdAt: z.coerce.date(),
  expiresAt: z.coerce.date(),
});

/**
 * Sessions are kept in Redis with their time to live, where all processes find them, and in the database: it answers when
 * Redis is away or has forgotten, and is all there is without one. A person who is shut out is refused within seconds
 * though the session lives on, since who they are is asked each time.
 */
export function createSessions(deps: {
  pool: Pool;
  redis?: RedisLink | undefined;
  /** Who they are, unless they were signed out everywhere since. */
  person: (id: string, begun: Date) => Promise<Person | undefined>;
  metrics?: SessionMetrics | undefined;
  now?: (() => number) | undefined;
}): Sessions {
  const { redis, person, metrics, now = Date.now } = deps;
  const queries = createSessionQueries(deps.pool);
  const labels = new Set<string>();
  const labelOf = (workflowId: string) => {
    if (labels.size < mostLabels) labels.add(workflowId);
    return labels.has(workflowId) ? workflowId : 'other';
  };

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
    const session = text ? stored.parse(JSON.parse(text)) : await queries.find(hash);
    if (!session || session.expiresAt.getTime() <= now()) return undefined;
    if (!text) await keep(hash, session);
    return session;
  };
  const sessionOf = async (headers: IncomingHttpHeaders) => {
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    return token && tokenShape.test(token) ? { session: await find(token) } : undefined;
  };

  const create: Sessions['create'] = async (owner, { workflowId, fileUpload }, token) => {
    const began = performance.now();
    const expiresAt = new Date(now() + lifeMs);
    const known = token && tokenShape.test(token) ? await find(token) : undefined;
    const same = known?.personId === owner.id && known.workflowId === workflowId;
    if (token && known && same && (await person(owner.id, known.createdAt))) {
      const session = { ...known, fileUpload, expiresAt };
      if (await queries.renew(hashOf(token), session)) {
        await keep(hashOf(token), session);
        return { token, session };
      }
    }
    const fresh = `cks_${randomBytes(32).toString('base64url')}`;
    const session = {
      id: newId('cks'),
      personId: owner.id,
      workflowId,
      fileUpload,
      createdAt: new Date(now()),
      expiresAt,
    };
    await queries.add(hashOf(fresh), session);
    await keep(hashOf(fresh), session);
    metrics?.session(labelOf(workflowId), (performance.now() - began) / 1000, expiresAt.getTime());
    return { token: fresh, session };
  };

  return {
    create,
    async personOf(headers) {
      const session = (await sessionOf(headers))?.session;
      return session && person(session.personId, session.createdAt);
    },
    guard: (otherwise, needs) => async (request) => {
      const given = await sessionOf(request.headers);
      if (!given) return otherwise(request);
      const owner = given.session && (await person(given.session.personId, given.session.createdAt));
      if (!given.session || !owner) throw new AppError('unauthorized', 'The session has ended. Create a new one.');
      if (needs?.uploads && !given.session.fileUpload)
        throw new AppError('forbidden', 'The session was created without file uploads.');
      return owner;
    },
  };
}

const hashOf = (token: string) => createHash('sha256').update(token).digest();
