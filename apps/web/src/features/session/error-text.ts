import { ApiError } from '@causerie/client';
import type { TFunction } from 'i18next';
import { currentLanguage } from '../../i18n/i18n.ts';

/** The sentence for each error code of the server. */
const sentences = {
  account_changed: 'errors.account_changed',
  account_disabled: 'errors.account_disabled',
  account_exists: 'errors.account_exists',
  already_linked: 'errors.already_linked',
  code_wrong: 'errors.code_wrong',
  credentials_wrong: 'errors.credentials_wrong',
  email_taken: 'errors.email_taken',
  email_unverified: 'errors.email_unverified',
  forbidden: 'errors.forbidden',
  invitation_for_another: 'errors.invitation_for_another',
  last_admin: 'errors.last_admin',
  last_sign_in_way: 'errors.last_sign_in_way',
  link_used: 'errors.link_used',
  not_found: 'errors.not_found',
  page_outdated: 'errors.page_outdated',
  passkey_cancelled: 'errors.passkey_cancelled',
  passkey_elsewhere: 'errors.passkey_elsewhere',
  passkey_exists: 'errors.passkey_exists',
  password_common: 'errors.password_common',
  password_same: 'errors.password_same',
  password_wrong: 'errors.password_wrong',
  provider_unavailable: 'errors.provider_unavailable',
  registration_closed: 'errors.registration_closed',
  scope_missing: 'errors.scope_missing',
  sign_in_again: 'errors.sign_in_again',
  sign_in_cancelled: 'errors.sign_in_cancelled',
  sign_in_expired: 'errors.sign_in_expired',
  sign_in_refused: 'errors.sign_in_refused',
  unauthorized: 'errors.unauthorized',
  unreachable: 'errors.unreachable',
} as const;

/**
 * The sentence for a failed sign-in through a provider, by the code in the address. Anybody can put a code into a link, so an
 * unknown code gets a general sentence, and its own text is never shown.
 */
export function refusalText(t: TFunction, code: string): string {
  if (code === 'rate_limited') return t('errors.rate_limited');
  return t(Object.hasOwn(sentences, code) ? sentences[code as keyof typeof sentences] : 'errors.sign_in_refused');
}

/** Describes an error in the person's language; a refusal without a sentence here shows the server's message. */
export function errorText(t: TFunction, error: unknown): string {
  if (!(error instanceof ApiError)) return t('errors.other', { message: String(error) });
  if (error.status === 429) {
    const seconds = error.retryAfter;
    return seconds === undefined ? t('errors.rate_limited') : t('errors.rate_limited_for', { wait: waitText(seconds) });
  }
  if (Object.hasOwn(sentences, error.code)) return t(sentences[error.code as keyof typeof sentences]);
  if (error.code === 'invalid_input') {
    const path = faultyPath(error.details);
    if (path === 'email') return t('errors.email_invalid');
    if (path?.endsWith('password')) return t('errors.password_short');
  }
  if (error.status >= 502) return t('errors.unavailable');
  return t('errors.other', { message: error.message });
}

/** A duration in words, such as `20 seconds` or `15 minutes`, instead of 900 seconds. */
function waitText(seconds: number): string {
  const [value, unit] =
    seconds < 100
      ? [seconds, 'second']
      : seconds < 6000
        ? [Math.ceil(seconds / 60), 'minute']
        : [Math.ceil(seconds / 3600), 'hour'];
  return new Intl.NumberFormat(currentLanguage(), { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/** The first invalid value by the server: `details` of `invalid_input` is `[{path, message}]`. */
function faultyPath(details: unknown): string | undefined {
  const first: unknown = Array.isArray(details) ? details[0] : undefined;
  const path: unknown = typeof first === 'object' && first !== null ? (first as { path?: unknown }).path : undefined;
  return typeof path === 'string' ? path : undefined;
}
