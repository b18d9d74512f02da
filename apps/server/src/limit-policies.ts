import type { Config } from './config.ts';
import type { LimitPolicy } from './platform/limits/index.ts';

/** `api` applies where a route names no other policy; `address` applies beside each of them. */
export type LimitPolicies = Record<'api' | 'chat' | 'signUp' | 'sessions' | 'address', LimitPolicy> & {
  /** Accounts that may be created from one address; 0 is no limit. */
  signUpsPerDay: number;
};

/** Each new account hashes a password, which is slow on purpose. */
const signUpsPerMinute = 30;

/** The limits from the settings. 0 for the whole API switches all of them off. */
export function limitPolicies(
  config: Pick<
    Config,
    | 'RATE_LIMIT_PER_MINUTE'
    | 'RATE_LIMIT_CHAT_PER_MINUTE'
    | 'RATE_LIMIT_SESSIONS_PER_MINUTE'
    | 'RATE_LIMIT_ADDRESS_PER_MINUTE'
    | 'SIGN_UPS_PER_DAY'
  >,
): LimitPolicies {
  const on = config.RATE_LIMIT_PER_MINUTE > 0;
  const policy = (name: string, perMinute: number) => ({ name, perMinute: on ? perMinute : 0 });
  return {
    api: policy('api', config.RATE_LIMIT_PER_MINUTE),
    chat: policy('chat', config.RATE_LIMIT_CHAT_PER_MINUTE),
    signUp: policy('sign-up', signUpsPerMinute),
    sessions: policy('sessions', config.RATE_LIMIT_SESSIONS_PER_MINUTE),
    address: policy('address', config.RATE_LIMIT_ADDRESS_PER_MINUTE),
    signUpsPerDay: on ? config.SIGN_UPS_PER_DAY : 0,
  };
}
