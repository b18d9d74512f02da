import type { Pool } from 'pg';
import type { RedisLink } from '../../platform/redis/index.ts';
import type { Registry } from '../../platform/telemetry/registry.ts';
import { createSession } from './create-session.ts';
import type { ChatKitSessionDeps } from './deps.ts';
import { findPerson } from './find-session.ts';
import { guardDoor } from './guard-door.ts';
import { createSessionMetrics } from './metrics.ts';
import { createChatKitSessionQueries } from './queries.ts';
import { createSessionStore } from './session-store.ts';

export type ChatKitSessions = ReturnType<typeof createChatKitSessions>;

/**
 * Sessions of ChatKit on this server: a token for one person that opens the chat and nothing else. Each use asks the
 * accounts feature whether the session is still valid: it ends with the sign-in that made it, and its person may be
 * disabled.
 */
export function createChatKitSessions(
  given: Omit<ChatKitSessionDeps, 'store' | 'metrics' | 'now'> & {
    pool: Pool;
    registry: Registry;
    redis?: RedisLink | undefined;
    now?: (() => number) | undefined;
  },
) {
  const { pool, redis, now = Date.now } = given;
  const store = createSessionStore(createChatKitSessionQueries(pool), redis, now);
  const metrics = createSessionMetrics(given.registry, store.count);
  const deps: ChatKitSessionDeps = { ...given, store, metrics, now };
  return {
    create: createSession(deps),
    findPerson: findPerson(deps),
    guardDoor: guardDoor(deps),
  };
}
