import type { Migration } from 'kysely';

/**
 * Every migration, by the name it is remembered by. A name once released never changes, nor does what it does. They are
 * loaded when one of them is to be carried out.
 */
export const migrations: Record<string, () => Promise<Migration>> = {
  '0001-accounts': () => import('./0001-accounts.ts'),
  '0002-conversations': () => import('./0002-conversations.ts'),
  '0003-attachments': () => import('./0003-attachments.ts'),
  '0004-attachment-files': () => import('./0004-attachment-files.ts'),
  '0005-administration': () => import('./0005-administration.ts'),
  '0006-chatkit-sessions': () => import('./0006-chatkit-sessions.ts'),
  '0007-signed-out-at': () => import('./0007-signed-out-at.ts'),
  '0008-request-keys': () => import('./0008-request-keys.ts'),
  '0009-standing-sessions': () => import('./0009-standing-sessions.ts'),
  '0010-hosted-secrets': () => import('./0010-hosted-secrets.ts'),
  '0011-chatkit-session-counts': () => import('./0011-chatkit-session-counts.ts'),
  '0012-search': () => import('./0012-search.ts'),
  '0013-known-places': () => import('./0013-known-places.ts'),
  '0014-search-later': () => import('./0014-search-later.ts'),
  '0015-process-leases': () => import('./0015-process-leases.ts'),
  '0016-engine': () => import('./0016-engine.ts'),
  '0017-sign-in': () => import('./0017-sign-in.ts'),
};
