import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../errors.ts';
import type { InSession } from '../accounts/index.ts';
import type { ChatKitSessionDeps } from './deps.ts';
import { findSession } from './find-session.ts';

/**
 * The parts of a request that the guard reads. Never its address: the router also matches `/%61pi/…`, so routes name their
 * purpose.
 */
type ChatRequest = { headers: IncomingHttpHeaders };

/**
 * Makes a guard that admits people with a ChatKit session, and passes all other requests to `otherwise`. With `uploads`, it
 * refuses sessions that were created without file uploads. The guard throws `unauthorized`, `forbidden`.
 */
export const guardDoor =
  (deps: ChatKitSessionDeps) =>
  <R extends ChatRequest>(otherwise: (request: R) => Promise<InSession>, needs?: { uploads: boolean }) =>
  async (request: R): Promise<InSession> => {
    const found = await findSession(deps, request.headers);
    if (!found) return otherwise(request);
    const { session, person } = found;
    if (!session || !person) throw new AppError('unauthorized', 'The session has ended. Create a new one.');
    if (needs?.uploads && !session.fileUpload)
      throw new AppError('forbidden', 'The session was created without file uploads.');
    return { person, sessionId: session.id };
  };
