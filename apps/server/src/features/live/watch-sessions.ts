import { closeCodes } from '@causerie/api';

/** How often sessions are checked that another process may have ended. */
const lookEveryMs = 2000;

type Session = { personId: string; sessionId: string };

/** The functions of the accounts feature that the watch needs. */
export type EndedSessions = {
  /** Returns the ids of those sessions that have ended. */
  ended(sessions: Session[]): Promise<Set<string>>;
  /** Calls back when this process may have ended sessions. */
  onEnded(listener: () => void): void;
};

type Socket = { person: { id: string }; sessionId: string; close(code: number, reason: string): void };

/** Closes the sockets of people who were signed out, disabled or deleted, with one statement for all sockets. */
export function watchSessions(
  sessions: EndedSessions,
  log: { warn(details: object, message: string): void },
  open: () => Iterable<Socket>,
): { close(): void } {
  let isLooking = false;
  let mustLookAgain = false;
  const look = async () => {
    mustLookAgain = isLooking;
    if (isLooking) return;
    const standing = new Map<string, Session>();
    for (const { person, sessionId } of open()) standing.set(sessionId, { personId: person.id, sessionId });
    if (standing.size === 0) return;
    isLooking = true;
    try {
      const ended = await sessions.ended([...standing.values()]);
      for (const socket of ended.size > 0 ? open() : [])
        if (ended.has(socket.sessionId)) socket.close(closeCodes.signedOut, 'signed out');
    } catch (error) {
      // An outage of the database signs nobody out.
      log.warn({ err: error }, 'sockets of ended sessions could not be looked for');
    } finally {
      isLooking = false;
    }
    if (mustLookAgain) void look();
  };
  sessions.onEnded(look);
  const looking = setInterval(look, lookEveryMs).unref();
  return { close: () => clearInterval(looking) };
}
