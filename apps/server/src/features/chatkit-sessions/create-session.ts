import { newId } from '../../platform/ids/index.ts';
import type { Device, InSession } from '../accounts/index.ts';
import type { ChatKitSession } from './chatkit-session.ts';
import type { ChatKitSessionDeps } from './deps.ts';
import { isToken, lifeMs, newToken } from './token.ts';

/** Creates a session, or continues the one of `token` when the same sign-in made it for the same workflow. */
export const createSession =
  ({ store, personInSession, metrics, now }: ChatKitSessionDeps) =>
  async (
    maker: InSession,
    { workflowId, fileUpload }: { workflowId: string; fileUpload: boolean },
    token: string | undefined,
    device: Device,
  ): Promise<{ token: string; session: ChatKitSession }> => {
    const began = performance.now();
    const expiresAt = new Date(now() + lifeMs);
    const known = token && isToken(token) ? await store.find(token) : undefined;
    const isSame =
      known?.personId === maker.person.id && known.sessionId === maker.sessionId && known.workflowId === workflowId;
    if (token && known && isSame && (await personInSession(known.personId, known.id))) {
      const session = { ...known, fileUpload, expiresAt };
      if (await store.renew(token, session)) return { token, session };
    }
    const fresh = newToken();
    const session = {
      id: newId('cks'),
      personId: maker.person.id,
      sessionId: maker.sessionId,
      workflowId,
      fileUpload,
      createdAt: new Date(now()),
      expiresAt,
    };
    await store.add(fresh, session, device);
    metrics.countCreation((performance.now() - began) / 1000);
    return { token: fresh, session };
  };
