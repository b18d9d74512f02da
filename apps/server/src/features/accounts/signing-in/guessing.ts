import { AppError } from '../../../errors.ts';
import { addressKey, type Limits } from '../../../platform/limits/index.ts';
import type { Caller, KnownPlaces } from './known-places.ts';

/** Checks a password, unless too many were tried. `check` must throw when the password is wrong. */
export type GuessPassword = <T>(caller: Caller, account: string, check: () => Promise<T>) => Promise<T>;

const minute = 60_000;
const day = 86_400_000;
/** From the fifth wrong password on, an account makes everybody wait: 1 s, 2 s, 4 s … up to a quarter of an hour. */
const waits = { free: 5, firstMs: 1000, longestMs: 15 * minute, forgetMs: day };

/**
 * Two brakes on guessing. One address may try an account `perMinute` times a minute. And wrong passwords for one account,
 * from wherever, make the account wait longer and longer: many addresses do not help. Whether the account exists makes no
 * difference.
 *
 * The brakes could be used to keep a person out of their own account. So browsers and addresses that they signed in from
 * before have a count of their own, which strangers cannot raise: not from elsewhere, and where the browser is known, not
 * from beside it either.
 */
export function createGuessing(deps: {
  limits: Limits;
  perMinute: number;
  places: Pick<KnownPlaces, 'counterOf' | 'remember'>;
}): { guess: GuessPassword; lift: (account: string) => Promise<void> } {
  const { limits, perMinute, places } = deps;
  const keyOf = (account: string, counter?: string) =>
    counter === undefined ? `sign-in:${account}` : `sign-in:${counter}:${account}`;

  return {
    async guess(caller, account, check) {
      const known = await places.counterOf(caller, account);
      const here = keyOf(account, known ?? addressKey(caller.ip));
      if (perMinute > 0) {
        const { count, resetMs } = await limits.count(here, perMinute, minute);
        if (count > perMinute) refuse(resetMs);
      }
      const counted = known === undefined ? keyOf(account) : here;
      const wait = await limits.attempt(counted, waits);
      if (wait > 0) refuse(wait);

      const result = await check();
      await Promise.all([limits.forgive(here), limits.forgive(counted), places.remember(caller, account)]);
      return result;
    },

    /** The password is another one: what was tried before counts no more. */
    lift: (account) => limits.forgive(keyOf(account)),
  };
}

function refuse(ms: number): never {
  throw new AppError('rate_limited', 'Too many tries to sign in. Wait a moment.', { retryAfter: ms / 1000 });
}
