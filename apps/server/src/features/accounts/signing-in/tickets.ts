import { hashSecret, newSecret } from '../sessions/secrets.ts';
import type { SigningInQueries } from './queries.ts';

/** What can be begun: a question for a second factor, a passkey to make or to show, a way to a provider and back. */
export type TicketPurpose = 'second_factor' | 'new_passkey' | 'passkey' | 'provider';

/** How long whoever began something may take to finish it, in milliseconds. */
export const ticketLifetime = 10 * 60_000;

export type Tickets = ReturnType<typeof createTickets>;

/**
 * Tickets: what somebody began, and finishes within ten minutes. A ticket opens nothing by itself; it says that this browser
 * may go on. It is a random secret whose hash is in the database, so any process can finish what another began, and it is
 * used once, so nothing can be replayed. The tickets of a person end with a new password, and with all their sessions.
 */
export function createTickets({ queries, now }: { queries: SigningInQueries; now: () => number }) {
  return {
    /** Returns the secret: the value of a cookie, the challenge of a passkey, the state of a provider. */
    async issue(purpose: TicketPurpose, personId: string | null, data: object = {}): Promise<string> {
      const secret = newSecret();
      const expiresAt = new Date(now() + ticketLifetime);
      await queries.addTicket({ hash: hashSecret(secret), purpose, personId, data, expiresAt }, new Date(now()));
      return secret;
    },

    /** What the ticket says, which stays good: a code may be typed wrong. */
    read: (purpose: TicketPurpose, secret: string) => queries.findTicket(hashSecret(secret), purpose, new Date(now())),

    /** What the ticket says, for this once: of several who bring it, one gets it. */
    use: (purpose: TicketPurpose, secret: string) => queries.useTicket(hashSecret(secret), purpose, new Date(now())),
  };
}
