import type { IncomingHttpHeaders } from 'node:http';
import { hashSecret } from '../accounts/index.ts';
import type { HostedDeps } from './deps.ts';
import { clientSecretOf } from './relay.ts';

/**
 * Finds the person behind a relayed request: by their session cookie, or by a client secret that this server issued. Pages
 * of other origins send no cookie: there the secret identifies the person. Throws `unauthorized`.
 */
export const isSignedIn =
  ({ queries, personOf, personInSession, now }: HostedDeps) =>
  async (headers: IncomingHttpHeaders): Promise<boolean> => {
    const secret = clientSecretOf(headers.authorization);
    const holder = await queries.findHolder(hashSecret(secret), new Date(now()));
    if (holder && (await personInSession(holder.personId, holder.sessionId))) return true;
    const person = await personOf({ cookie: headers.cookie });
    return person !== undefined && !person.must_change_password;
  };
