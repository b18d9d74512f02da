import { AppError } from '../../../../errors.ts';
import { newId } from '../../../../platform/ids/index.ts';
import type { KeyRow, SessionQueries } from '../queries.ts';
import type { Scope } from '../scopes.ts';
import { hashSecret, newSecret } from '../secrets.ts';

const day = 86_400_000;
/** So many keys one person may have. */
const mostKeys = 50;
/** By this, scanners of source code find a key that was published by mistake. */
const prefix = 'causerie_';
const shape = /^causerie_[\w-]{43}$/;

/** Whether a bearer token is an API key of ours, good or not. */
export const isApiKey = (token: string): boolean => shape.test(token);

/** Keys that people make for their programs. The key is shown once: the server keeps its hash. */
export function createApiKeys(deps: { queries: SessionQueries; now: () => number; onEnded: () => void }) {
  const { queries, now, onEnded } = deps;

  return {
    /** @param days how long the key is good; without it, until it is removed. Throws `conflict` for too many. */
    async create(
      personId: string,
      { name, scopes, days }: { name: string; scopes: Scope[]; days?: number | undefined },
    ): Promise<{ key: string; row: KeyRow }> {
      const key = `${prefix}${newSecret()}`;
      const hint = key.slice(0, prefix.length + 4);
      const row = await queries.addKey(
        { id: newId('key'), secretHash: hashSecret(key), personId, name, hint, scopes: [...new Set(scopes)] },
        days === undefined ? undefined : new Date(now() + days * day),
        { most: mostKeys, now: new Date(now()) },
      );
      if (!row) throw new AppError('conflict', `You have ${mostKeys} keys already. Remove one first.`);
      return { key, row };
    },

    list: (personId: string): Promise<KeyRow[]> => queries.listKeys(personId, new Date(now())),

    /** Throws `not_found` for another's as for none. */
    async remove(personId: string, id: string): Promise<void> {
      if (!(await queries.end(personId, id, undefined, 'key'))) throw new AppError('not_found');
      onEnded();
    },
  };
}
