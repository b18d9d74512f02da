import { AppError } from '../../../errors.ts';
import type { Inboxes } from '../feed/inbox.ts';
import type { Signal } from '../feed/signals.ts';
import type { LogQueries } from '../log/queries.ts';
import { accessConversation } from '../rights/access.ts';
import type { Role } from '../rights/rights.ts';
import type { MemberQueries } from './queries.ts';

/** The most members of one conversation that are listed. */
const mostListed = 10_000;

/** The members of a conversation, and how far each has read. */
export function createMembers(deps: {
  queries: MemberQueries;
  log: Pick<LogQueries, 'findConversation'>;
  inboxes: Pick<Inboxes, 'publish'>;
  publishEvent(conversationId: string, n: number): void;
  publishSignal(conversationId: string, signal: Signal): void;
  stopRunsOf(personId: string, conversationId: string): Promise<void>;
}) {
  const { queries, inboxes } = deps;
  /** Throws the reason why nothing was changed: `not_found` or `forbidden`. */
  const refuse = async (personId: string, conversationId: string): Promise<never> => {
    await accessConversation(deps.log, personId, conversationId);
    throw new AppError('forbidden');
  };

  return {
    list: (personId: string, conversationId: string) => queries.list(personId, conversationId, mostListed),

    /**
     * Adds a member, with everything read so far. A person who is a member already stays as is. Throws `not_found`,
     * `forbidden`.
     */
    async join(personId: string, conversationId: string, member: string, role: Exclude<Role, 'owner'>): Promise<void> {
      const change = await queries.join(personId, conversationId, member, role);
      if (!change) {
        const members = await queries.list(personId, conversationId, mostListed);
        if (members.some((each) => each.personId === member)) return;
        return refuse(personId, conversationId);
      }
      deps.publishEvent(conversationId, change.n);
      inboxes.publish(member, { kind: 'joined', conversationId });
    },

    /**
     * Ends a membership: one's own, or that of a person whom one may remove. The member receives nothing from the next
     * event on, and their answers in flight stop. Throws `not_found`, and `forbidden`: an owner must hand over first.
     */
    async leave(personId: string, conversationId: string, member = personId): Promise<void> {
      const change = await queries.leave(personId, conversationId, member);
      if (!change) return refuse(personId, conversationId);
      deps.publishEvent(conversationId, change.n);
      inboxes.publish(member, { kind: 'left', conversationId });
      await deps.stopRunsOf(member, conversationId);
    },

    /**
     * Records up to which place the person has read, or what a device of theirs has received. A receipt is published as a
     * signal, never as an event: it must not queue behind a message at the row's lock. Throws `not_found`.
     */
    async noteRead(
      personId: string,
      conversationId: string,
      { readTo = null, deliveredTo = null }: { readTo?: number | null; deliveredTo?: number | null },
    ): Promise<void> {
      const marks = await queries.watermark(personId, conversationId, { readTo, deliveredTo });
      if (!marks) return refuse(personId, conversationId);
      if (!marks.moved) return;
      const data = { read_to: marks.readTo, delivered_to: marks.deliveredTo };
      deps.publishSignal(conversationId, { type: 'receipt', personId, key: '', data });
      inboxes.publish(personId, {
        kind: 'read',
        conversationId,
        readTo: marks.readTo,
        deliveredTo: marks.deliveredTo,
      });
    },
  };
}
