import type { Actor } from './audit-log.ts';
import type { AdminDeps } from './deps.ts';

/** Ends one session of a person. Throws `not_found`. */
export const endUserSession =
  ({ accounts, audit }: AdminDeps) =>
  async (actor: Actor, id: string, sessionId: string): Promise<void> => {
    const person = await accounts.people.get(id);
    await accounts.sessions.end(id, sessionId, (client) => audit.note(client, actor, 'user.session_ended', person));
  };
