import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { Inboxes } from '../feed/inbox.ts';
import type { MemberQueries } from './queries.ts';

/** The longest wait for a stopped answer to be stored. */
const stopPatienceMs = 3000;

type Client = Pick<PoolClient, 'query'>;

/**
 * What happens to a person's conversations when they leave. Two of these run in the transaction that removes the person.
 * Call the function they return once it has committed, so that followers are informed.
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
    /** How many conversations each of them owns; people who own none are absent. */
    countOwned: (personIds: string[]): Promise<Map<string, number>> => queries.countOwned(personIds),

    /** Stops the person's answers in flight, in all processes, and waits until their text is stored. */
    async stopAllOf(personId: string): Promise<void> {
      for (const id of await queries.runningOf(personId)) await deps.stop(personId, id).catch(() => {});
      const until = performance.now() + stopPatienceMs;
      while (performance.now() < until && (await queries.runningOf(personId)).length > 0) await sleep(50);
    },

    /** Gives all conversations of the first owner to the second; ends the first one's memberships elsewhere. */
    async transferAll(client: Client, fromPersonId: string, toPersonId: string): Promise<() => void> {
      const { owned, left } = await queries.transferAll(client, fromPersonId, toPersonId);
      return () => {
        for (const { conversationId, n } of [...owned, ...left]) deps.publishEvent(conversationId, n);
        for (const { conversationId } of owned) deps.inboxes.publish(toPersonId, { kind: 'joined', conversationId });
      };
    },

    /** Removes all conversations that the person owns. */
    async removeAllOf(client: Client, personId: string): Promise<() => void> {
      const { gone, left } = await queries.removeAllOf(client, personId);
      return () => {
        for (const id of gone) deps.publishGone(id);
        for (const { conversationId, n } of left) deps.publishEvent(conversationId, n);
      };
    },
  };
}
