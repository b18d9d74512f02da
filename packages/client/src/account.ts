import type { AccountChange, Person, Session, StorageUse, TwoFactorEnrolment } from '@causerie/api';
import type { Call } from './call.ts';

/**
 * A person's own account. A `password` confirms the person. People without one omit it, and must have signed in recently
 * (`sign_in_again` otherwise).
 */
export type Account = {
  update(change: AccountChange): Promise<Person>;
  /** People without a password omit the current one and set a first one. */
  changePassword(currentPassword: string | undefined, newPassword: string): Promise<void>;
  sessions(signal?: AbortSignal): Promise<Session[]>;
  endSession(id: string): Promise<void>;
  endOtherSessions(): Promise<void>;
  storage(signal?: AbortSignal): Promise<StorageUse>;
  startTwoFactor(password?: string): Promise<TwoFactorEnrolment>;
  confirmTwoFactor(code: string): Promise<void>;
  stopTwoFactor(password?: string): Promise<void>;
  /** Everything the server holds about the person, as one JSON file. */
  exportData(): Promise<Blob>;
  /** Deletes the account with its threads. Cannot be undone. */
  remove(password?: string): Promise<void>;
};

/** The routes of a person's own account. */
export function createAccount(call: Call): Account {
  return {
    update: (body) => call('PATCH /api/account', { body }),
    changePassword: (current_password, new_password) =>
      call('POST /api/account/password', { body: { current_password, new_password } }),
    sessions: async (signal) => (await call('GET /api/account/sessions', { signal })).data,
    endSession: (id) => call('DELETE /api/account/sessions/:id', { params: { id } }),
    endOtherSessions: () => call('DELETE /api/account/sessions'),
    storage: (signal) => call('GET /api/account/storage', { signal }),
    startTwoFactor: (password) => call('POST /api/account/two-factor', { body: { password } }),
    confirmTwoFactor: (code) => call('POST /api/account/two-factor/verify', { body: { code } }),
    stopTwoFactor: (password) => call('DELETE /api/account/two-factor', { body: { password } }),
    async exportData() {
      const data = await call('GET /api/account/export');
      return new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' });
    },
    remove: (password) => call('DELETE /api/account', { body: { password } }),
  };
}
