import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a ticket in an address allows: to upload one file of exactly this size and type, or to read one. */
export type UploadTicket = {
  use: 'upload';
  id: string;
  owner: string;
  /** The session of the request; the ticket ends with it. */
  session: string;
  size: number;
  type: string;
};
export type ReadTicket = { use: 'read'; id: string; part: 'content' | 'preview' };
type Ticket = UploadTicket | ReadTicket;

/** Signs and checks tickets. The holder of an address may do that one thing until it expires. */
export type Tickets = ReturnType<typeof createTickets>;

export function createTickets(key: Buffer, now: () => number = Date.now) {
  const sign = (body: string) => createHmac('sha256', key).update(body).digest();
  return {
    /** @param seconds how long it is valid */
    issue(ticket: Ticket, seconds: number): string {
      const body = Buffer.from(JSON.stringify({ ...ticket, expires: now() + seconds * 1000 })).toString('base64url');
      return `${body}.${sign(body).toString('base64url')}`;
    },
    /** `forged` for anything that was not issued here for this use and id, `expired` for a ticket whose time is over. */
    check<Use extends Ticket['use']>(
      text: string,
      use: Use,
      id: string,
    ): Extract<Ticket, { use: Use }> | 'forged' | 'expired' {
      const [body = '', signature = '', ...more] = text.split('.');
      const given = Buffer.from(signature, 'base64url');
      const right = sign(body);
      if (more.length > 0 || given.length !== right.length || !timingSafeEqual(given, right)) return 'forged';
      const { expires, ...ticket } = JSON.parse(Buffer.from(body, 'base64url').toString());
      if (ticket.use !== use || ticket.id !== id) return 'forged';
      return expires > now() ? ticket : 'expired';
    },
  };
}
