import { AppError } from '../../../errors.ts';
import { addressKey, type Limits } from '../../../platform/limits/index.ts';

/** Counts one more account from an address. Throws `rate_limited`. */
export type CountSignUp = (address: string) => Promise<void>;

const day = 86_400_000;

/** Each limit of an account begins anew with a new account: so an address may have so many of them a day. 0 is no limit. */
export function createSignUpCount(limits: Limits, perDay: number): CountSignUp {
  return async (address) => {
    if (perDay === 0) return;
    const { count, resetMs } = await limits.count(`sign-ups:${addressKey(address)}`, perDay, day);
    if (count > perDay)
      throw new AppError('rate_limited', 'Too many accounts were created from your address today.', {
        retryAfter: resetMs / 1000,
      });
  };
}
