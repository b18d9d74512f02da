import { AppError } from '../../../errors.ts';
import type { Inboxes } from '../feed/inbox.ts';
import type { Signal } from '../feed/signals.ts';
import type { LogQueries } from '../log/queries.ts';
import { accessConversation } from '../rights/access.ts';
import type { Role } from '../rights/rights.ts';
import type { MemberQueries } from './queries.ts';

/** Members of one conversation that are listed. */
const mostListed = 10_000;

/** Who takes part in a conversation, and how far each has read. */
export function createMembers(deps: {
  queries: MemberQueries;
  log: Pick<LogQueries, 'findConversation'>;
  inboxes: Pick<Inboxes, 'publish'>;
  publishEvent(conversationId: string, n: number): void;
  publishSignal(conversationId: string, signal: Signal): void;
  stopRunsOf(personId: string, conversationId: string): Promise<void>;
}) {
  const { queries, inboxes } = deps;
  /** Nothing was changed: was it not there, or not allowed? */
  const refuse = async (personId: string, conversationId: string): Promise<never> => {
    await accessConversation(deps.log, personId, conversationId);
    throw new AppError('forbidden');
  };

  return {
    list: (personId: string, conversationId: string) => queries.list(personId, conversationId, mostListed),

    /** Adds a member, who has read all there is; one who is there already stays as they are. Throws `not_found`, `forbidden`. */
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
     * Ends a membership: one's own, or that of another whom one may remove. The member hears nothing from the next event on,
     * and their answers in flight stop. Throws `not_found`, `forbidden`; an owner hands over first.
     */
    async leave(personId: string, conversationId: string, member = personId): Promise<void> {
      const change = await queries.leave(personId, conversationId, member);
      if (!change) return refuse(personId, conversationId);
      deps.publishEvent(conversationId, change.n);
      inboxes.publish(member, { kind: 'left', conversationId });
      await deps.stopRunsOf(member, conversationId);
    },

    /**
     * Notes up to which place in the conversation the person has read, or what has come to a device of theirs. A receipt is
     * told as a signal, never as an event: it must not queue behind a message at the row's lock. Throws `not_found`.
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
