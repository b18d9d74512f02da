import type { Person } from './auth.ts';
import type { Transport } from './transport.ts';

/*
 * A person's own account. Every route needs a session; dates are ISO 8601 in UTC; refusals have the common error shape.
 *
 *   PATCH  /api/account                      {name?, locale?}                         → 200 Person
 *   DELETE /api/account                      {password}                               → 204; 409 `last_admin`
 *   GET    /api/account/storage              → 200 StorageUse
 *   GET    /api/account/export               → 200 application/json, as an attachment (profile, threads, items, files' names)
 *   POST   /api/account/password             {current_password, new_password}         → 204; ends all other sessions
 *   GET    /api/account/sessions             → 200 {data: Session[]}
 *   DELETE /api/account/sessions/{id}        → 204; 404 when it is not one's own
 *   DELETE /api/account/sessions             → 204; ends all but the present one
 *   POST   /api/account/two-factor           {password}                               → 200 TwoFactorEnrolment (not yet in force)
 *   POST   /api/account/two-factor/verify    {code}                                   → 204; from now on in force
 *   DELETE /api/account/two-factor           {password}                               → 204
 *
 * A wrong `password` or `current_password` is 403 `password_wrong`, a wrong `code` 403 `code_wrong`: 401 would say that
 * the session ended.
 */

/** Where somebody is signed in. */
export type Session = {
  id: string;
  /** `program`: bearer tokens. `chatkit`: opens the chat only, for another page; ends with the session that made it. */
  kind: 'browser' | 'program' | 'chatkit';
  /** True for the session that asked. */
  current: boolean;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  /** The browser's own words, possibly empty. */
  user_agent: string;
  /** The address it was begun from, possibly empty. */
  ip: string;
};

/** The answer to starting two-factor sign-in; shown once. */
export type TwoFactorEnrolment = {
  /** The `otpauth://totp/…` address that authenticator apps read as a QR code. */
  uri: string;
  /** The same secret in base32, to type in by hand. */
  secret: string;
  /** Each works once, in place of a code. */
  recovery_codes: string[];
};

/** What somebody keeps in files, in bytes; `quota` null is no limit. */
export type StorageUse = {
  files: number;
  bytes: number;
  quota: number | null;
};

export type AccountChange = {
  name?: string;
  locale?: string;
};

export type Account = {
  update(change: AccountChange): Promise<Person>;
  changePassword(currentPassword: string, newPassword: string): Promise<void>;
  sessions(signal?: AbortSignal): Promise<Session[]>;
  endSession(id: string): Promise<void>;
  endOtherSessions(): Promise<void>;
  storage(signal?: AbortSignal): Promise<StorageUse>;
  startTwoFactor(password: string): Promise<TwoFactorEnrolment>;
  confirmTwoFactor(code: string): Promise<void>;
  stopTwoFactor(password: string): Promise<void>;
  /** Everything the server holds about the person, as one JSON file. */
  exportData(): Promise<Blob>;
  /** Deletes the account with its threads. Cannot be undone. */
  remove(password: string): Promise<void>;
};

/** The routes of one's own account. */
export function createAccount(transport: Transport): Account {
  return {
    update: (change) => transport.request('PATCH', '/api/account', { body: change }),
    changePassword: (current_password, new_password) =>
      transport.request('POST', '/api/account/password', { body: { current_password, new_password } }),
    async sessions(signal) {
      const page = await transport.request<{ data: Session[] }>('GET', '/api/account/sessions', {
        ...(signal === undefined ? {} : { signal }),
      });
      return page.data;
    },
    endSession: (id) => transport.request('DELETE', `/api/account/sessions/${encodeURIComponent(id)}`),
    endOtherSessions: () => transport.request('DELETE', '/api/account/sessions'),
    storage: (signal) =>
      transport.request('GET', '/api/account/storage', { ...(signal === undefined ? {} : { signal }) }),
    startTwoFactor: (password) => transport.request('POST', '/api/account/two-factor', { body: { password } }),
    confirmTwoFactor: (code) => transport.request('POST', '/api/account/two-factor/verify', { body: { code } }),
    stopTwoFactor: (password) => transport.request('DELETE', '/api/account/two-factor', { body: { password } }),
    async exportData() {
      const data = await transport.request<unknown>('GET', '/api/account/export');
      return new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' });
    },
    remove: (password) => transport.request('DELETE', '/api/account', { body: { password } }),
  };
}
