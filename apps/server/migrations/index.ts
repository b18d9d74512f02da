import type { Migration } from 'kysely';
import * as accounts from './0001-accounts.ts';
import * as conversations from './0002-conversations.ts';
import * as attachments from './0003-attachments.ts';
import * as attachmentFiles from './0004-attachment-files.ts';
import * as administration from './0005-administration.ts';
import * as chatkitSessions from './0006-chatkit-sessions.ts';
import * as signedOutAt from './0007-signed-out-at.ts';
import * as requestKeys from './0008-request-keys.ts';
import * as standingSessions from './0009-standing-sessions.ts';
import * as hostedSecrets from './0010-hosted-secrets.ts';
import * as chatkitSessionCounts from './0011-chatkit-session-counts.ts';
import * as search from './0012-search.ts';
import * as knownPlaces from './0013-known-places.ts';
import * as searchLater from './0014-search-later.ts';
import * as processLeases from './0015-process-leases.ts';
import * as engine from './0016-engine.ts';
import * as signIn from './0017-sign-in.ts';

/** Every migration, by the name it is remembered by. A name once released never changes, nor does what it does. */
export const migrations: Record<string, Migration> = {
  '0001-accounts': accounts,
  '0002-conversations': conversations,
  '0003-attachments': attachments,
  '0004-attachment-files': attachmentFiles,
  '0005-administration': administration,
  '0006-chatkit-sessions': chatkitSessions,
  '0007-signed-out-at': signedOutAt,
  '0008-request-keys': requestKeys,
  '0009-standing-sessions': standingSessions,
  '0010-hosted-secrets': hostedSecrets,
  '0011-chatkit-session-counts': chatkitSessionCounts,
  '0012-search': search,
  '0013-known-places': knownPlaces,
  '0014-search-later': searchLater,
  '0015-process-leases': processLeases,
  '0016-engine': engine,
  '0017-sign-in': signIn,
};
