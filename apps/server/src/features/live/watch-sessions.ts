import { closeCodes } from '@causerie/api';

/** How often sessions are looked for that another process ended. */
const lookEveryMs = 2000;

type Session = { personId: string; sessionId: string };

/** What is asked of the accounts. */
export type EndedSessions = {
  /** Of these, the ids of those that let nobody in any more. */
  ended(sessions: Session[]): Promise<Set<string>>;
  /** Calls back when sessions may have ended by this process. */
  onEnded(listener: () => void): void;
};

type Socket = { person: { id: string }; sessionId: string; close(code: number, reason: string): void };

/** Closes the sockets of whoever is signed out, shut out or deleted: one statement for all of them, however many they are. */
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
      // A database that is away for a moment signs nobody out.
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
