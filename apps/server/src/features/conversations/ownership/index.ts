import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { Bus } from '../../../platform/bus/index.ts';
import { channelOf, encodeMessage } from '../signals.ts';
import { createOwnershipQueries } from './queries.ts';

/** An answer that is told to stop takes this long at most to write down what it has. */
const stopPatienceMs = 3000;

/** What becomes of somebody's conversations when they leave. Two of these run in the transaction that removes the person. */
export function createOwnership(deps: {
  pool: Pool;
  bus: Bus;
  runs: { stop(personId: string, conversationId: string): Promise<void> };
}) {
  const queries = createOwnershipQueries(deps.pool);
  return {
    /** How many conversations each of them owns; who owns none is absent. */
    countOwned: (personIds: string[]): Promise<Map<string, number>> => queries.countOwned(personIds),

    /** Stops the person's answers in flight, in whatever process, and waits until what they said is stored. */
    async stopAllOf(personId: string): Promise<void> {
      for (const id of await queries.runningOf(personId)) await deps.runs.stop(personId, id).catch(() => {});
      const until = performance.now() + stopPatienceMs;
      while (performance.now() < until && (await queries.runningOf(personId)).length > 0) await sleep(50);
    },

    /** All that the first owns is the second's afterwards; memberships in what others own end. */
    transferAll: (client: Pick<PoolClient, 'query'>, fromPersonId: string, toPersonId: string): Promise<void> =>
      queries.transferAll(client, fromPersonId, toPersonId),

    /** Removes all that the person owns. Call the returned function once the transaction is done: followers are told. */
    async removeAllOf(client: Pick<PoolClient, 'query'>, personId: string): Promise<() => void> {
      const ids = await queries.removeAllOf(client, personId);
      return () => {
        for (const id of ids) deps.bus.publish(channelOf(id), encodeMessage({ kind: 'gone' }));
      };
    },
  };
}
