import type { AdminDeps } from './deps.ts';

/** Lists where a person is signed in; `current` marks the session of the administrator who asks. Throws `not_found`. */
export const listUserSessions =
  ({ accounts }: AdminDeps) =>
  async (id: string, ownSessionId: string) => {
    await accounts.people.get(id);
    return (await accounts.sessions.list(id)).map((row) => ({ ...row, current: row.id === ownSessionId }));
  };
