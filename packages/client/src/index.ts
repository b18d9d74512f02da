export type {
  AccountChange,
  ApiKey,
  AuditAction,
  AuditEntry,
  AuditQuery,
  CreatedInvitation,
  CreatedUser,
  Credentials,
  HostedSession,
  Invitation,
  NewAccount,
  NewCredential,
  NewInvitation,
  NewUser,
  Page,
  Passkey,
  PasswordReset,
  Person,
  PublicConfig,
  Role,
  RuntimeConfig,
  Session,
  ShownCredential,
  SignInWays,
  StorageUse,
  TwoFactorEnrolment,
  UserChange,
  UserQuery,
  UserRemoval,
  UserRow,
  Weather,
} from '@causerie/api';
export type { Account } from './account.ts';
export type { Admin } from './admin.ts';
export { ApiError, type ApiErrorFields } from './api-error.ts';
export type { Auth, AuthOptions, SignInResult } from './auth.ts';
export type { Call, CallOptions, RouteKey } from './call.ts';
export { type Client, type ClientOptions, createClient } from './client.ts';
export { memoryTokens, storedTokens, type TokenStore, type Tokens } from './tokens.ts';
