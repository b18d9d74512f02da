import { AppError } from '../../errors.ts';
import { addressKey, type Limits } from '../../platform/limits/index.ts';

/** Checks a password, unless too many were tried. `check` must throw when the password is wrong. */
export type GuessPassword = <T>(address: string, email: string, check: () => Promise<T>) => Promise<T>;

const minute = 60_000;
const day = 86_400_000;
/** From the fifth wrong password on, an account makes everybody wait: 1 s, 2 s, 4 s … up to a quarter of an hour. */
const waits = { free: 5, firstMs: 1000, longestMs: 15 * minute, forgetMs: day };
/** An address that somebody signed in from is believed to be theirs for so long. */
const familiarFor = 30 * day;

/**
 * Two brakes on guessing. One address may try an account `perMinute` times a minute. And wrong passwords for one account,
 * from wherever, make the account wait longer and longer: many addresses do not help. Whether the account exists makes no
 * difference.
 *
 * The second brake could be used to keep a person out of their own account. So addresses that they signed in from before
 * have a count of their own, which strangers cannot raise.
 */
export function createGuessing(limits: Limits, perMinute: number): GuessPassword {
  return async (address, email, check) => {
    const from = addressKey(address);
    const here = `sign-in:${from}:${email}`;
    if (perMinute > 0) {
      const { count, resetMs } = await limits.count(here, perMinute, minute);
      if (count > perMinute) refuse(resetMs);
    }
    const account = (await limits.has(here)) ? here : `sign-in:${email}`;
    const wait = await limits.attempt(account, waits);
    if (wait > 0) refuse(wait);

    const result = await check();
    await Promise.all([limits.forgive(here), limits.forgive(account), limits.remember(here, familiarFor)]);
    return result;
  };
}

function refuse(ms: number): never {
  throw new AppError('rate_limited', 'Too many tries to sign in. Wait a moment.', { retryAfter: ms / 1000 });
}
