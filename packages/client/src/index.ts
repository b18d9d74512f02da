export type { Account, AccountChange, Session, StorageUse, TwoFactorEnrolment } from './account.ts';
export type {
  Admin,
  AuditEntry,
  AuditQuery,
  CreatedInvitation,
  CreatedUser,
  Invitation,
  NewInvitation,
  NewUser,
  Page,
  PasswordReset,
  UserChange,
  UserQuery,
  UserRemoval,
  UserRow,
} from './admin.ts';
export { ApiError, type ApiErrorFields } from './api-error.ts';
export type { Auth, AuthOptions, Credentials, NewAccount, Person, Role, SignInResult } from './auth.ts';
export { type Client, type ClientOptions, createClient } from './client.ts';
export type { HostedSession, PublicConfig, RuntimeConfig, Weather } from './config.ts';
export { memoryTokens, storedTokens, type TokenStore, type Tokens } from './tokens.ts';
