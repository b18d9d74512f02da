import { z } from 'zod';
import type { RedisLink } from '../../platform/redis/index.ts';
import type { Device } from '../accounts/index.ts';
import { hashSecret } from '../accounts/index.ts';
import type { ChatKitSession } from './chatkit-session.ts';
import type { ChatKitSessionQueries } from './queries.ts';

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

export type ChatKitSessionStore = ReturnType<typeof createSessionStore>;

/**
 * Stores ChatKit sessions in the database and, with their time to live, in Redis, where all processes find them. The
 * database answers when Redis is away or has lost a session, and where there is no Redis.
 */
export function createSessionStore(queries: ChatKitSessionQueries, redis: RedisLink | undefined, now: () => number) {
  const cache = (hash: Buffer, session: ChatKitSession) =>
    redis?.ask((client) =>
      client.set(
        prefix + hash.toString('base64url'),
        JSON.stringify(session),
        'PX',
        session.expiresAt.getTime() - now(),
      ),
    );

  return {
    async find(token: string): Promise<ChatKitSession | undefined> {
      const hash = hashSecret(token);
      const text = await redis?.ask((client) => client.get(prefix + hash.toString('base64url')));
      const session = (text && stored.safeParse(JSON.parse(text)).data) || (await queries.find(hash));
      if (!session || session.expiresAt.getTime() <= now()) return undefined;
      if (!text) await cache(hash, session);
      return session;
    },

    async add(token: string, session: ChatKitSession, device: Device): Promise<void> {
      const hash = hashSecret(token);
      await queries.add(hash, session, device);
      await cache(hash, session);
    },

    /** Sets the end of a session and its rights. False when the session is gone. */
    async renew(token: string, session: ChatKitSession): Promise<boolean> {
      const hash = hashSecret(token);
      if (!(await queries.renew(hash, session))) return false;
      await cache(hash, session);
      return true;
    },

    /** Of the whole installation: how many sessions were ever created, by workflow, and how many are valid now. */
    count: () => queries.counts(new Date(now())),
  };
}
