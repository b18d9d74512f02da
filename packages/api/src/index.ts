export { type AccountChange, accountRoutes, type StorageUse, type TwoFactorEnrolment } from './account.ts';
export {
  type AuditEntry,
  type AuditQuery,
  adminRoutes,
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
export { type ApiKey, apiKeyRoutes, type KeyScope, keyScopes, type NewApiKey } from './api-keys.ts';
export { attachmentRoutes, type UploadedFile } from './attachments.ts';
export { type AuditAction, auditActions } from './audit-actions.ts';
export { authRoutes, browserAuthRoutes, type Credentials, type NewAccount } from './auth.ts';
export { chatkitRoutes, type ListedThread } from './chatkit.ts';
export { configRoutes, type PublicConfig, type RuntimeConfig } from './config.ts';
export { contract, type JsonRoutes, type Routes } from './contract.ts';
export { type ErrorCode, errorCodes } from './error-codes.ts';
export type { Role } from './fields.ts';
export { healthRoutes } from './health.ts';
export { type HostedSession, hostedRoutes } from './hosted.ts';
export {
  type ClientFrame,
  clientFrames,
  closeCodes,
  type FrameId,
  frameId,
  liveSocket,
  type ServerFrame,
  serverFrames,
} from './live.ts';
export {
  type NewCredential,
  type Passkey,
  type ShownCredential,
  type SignInWays,
  signInRoutes,
  signInWayRoutes,
} from './passkeys-and-providers.ts';
export type { Person, Session } from './person.ts';
export { mayRefuse, refusalsOf } from './refusals.ts';
export type { AnswerBody, AnswerOf, BodyOf, Caller, Media, ParamsOf, QueryOf, Route } from './route.ts';
export { toolRoutes, type Weather } from './weather.ts';
