import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { Inboxes } from '../feed/inbox.ts';
import type { MemberQueries } from './queries.ts';

/** An answer that is told to stop takes this long at most to write down what it has. */
const stopPatienceMs = 3000;

type Client = Pick<PoolClient, 'query'>;

/**
 * What becomes of somebody's conversations when they leave. Two of these run in the transaction that removes the person:
 * call the returned function once it is done, so that followers are told.
 */
export function createOwnership(deps: {
  queries: MemberQueries;
  stop(personId: string, conversationId: string): Promise<void>;
  publishEvent(conversationId: string, n: number): void;
  publishGone(conversationId: string): void;
  inboxes: Pick<Inboxes, 'publish'>;
}) {
  const { queries } = deps;
  return {
    /** How many conversations each of them owns; who owns none is absent. */
    countOwned: (personIds: string[]): Promise<Map<string, number>> => queries.countOwned(personIds),

    /** Stops the person's answers in flight, in whatever process, and waits until what they said is stored. */
    async stopAllOf(personId: string): Promise<void> {
      for (const id of await queries.runningOf(personId)) await deps.stop(personId, id).catch(() => {});
      const until = performance.now() + stopPatienceMs;
      while (performance.now() < until && (await queries.runningOf(personId)).length > 0) await sleep(50);
    },

    /** All that the first owns is the second's afterwards; memberships in what others own end. */
    async transferAll(client: Client, fromPersonId: string, toPersonId: string): Promise<() => void> {
      const { owned, left } = await queries.transferAll(client, fromPersonId, toPersonId);
      return () => {
        for (const { conversationId, n } of [...owned, ...left]) deps.publishEvent(conversationId, n);
        for (const { conversationId } of owned) deps.inboxes.publish(toPersonId, { kind: 'joined', conversationId });
      };
    },

    /** Removes all that the person owns. */
    async removeAllOf(client: Client, personId: string): Promise<() => void> {
      const { gone, left } = await queries.removeAllOf(client, personId);
      return () => {
        for (const id of gone) deps.publishGone(id);
        for (const { conversationId, n } of left) deps.publishEvent(conversationId, n);
      };
    },
  };
}
