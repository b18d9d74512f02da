export type { Account, AccountChange, Session, TwoFactorEnrolment } from './account.ts';
export {
  type Admin,
  type AuditAction,
  type AuditEntry,
  type AuditQuery,
  auditActions,
  type CreatedInvitation,
  type CreatedUser,
  type Invitation,
  type NewInvitation,
  type NewUser,
  type Page,
  type PasswordReset,
  type UserChange,
  type UserQuery,
  type UserRemoval,
  type UserRow,
} from './admin.ts';
export { ApiError, type ApiErrorFields } from './api-error.ts';
export type { Auth, AuthOptions, Credentials, NewAccount, Person, Role, SignInResult } from './auth.ts';
export { type Client, type ClientOptions, createClient } from './client.ts';
export type { HostedSession, PublicConfig, RuntimeConfig, Weather } from './config.ts';
export { memoryTokens, storedTokens, type TokenStore, type Tokens } from './tokens.ts';
