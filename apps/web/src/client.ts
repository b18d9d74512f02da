import { createClient, storedTokens } from '@causerie/client';
import { currentLanguage } from './i18n/i18n.ts';
import { knownRuntimeConfig } from './runtime-config.ts';

let unauthorizedListener = () => {};
let accountChangedListener = () => {};
let personNow = (): string | undefined => undefined;

/** Sets the listener for the answer that nobody is signed in. */
export function onUnauthorized(listener: () => void): void {
  unauthorizedListener = listener;
}

/** Sets the person of this page, and the listener for a session that belongs to another person by now. */
export function bindToPerson(person: () => string | undefined, onChanged: () => void): void {
  personNow = person;
  accountChangedListener = onChanged;
}

/**
 * The one client of this page. It uses the session cookie of its own origin. Tokens exist only after a sign-in at
 * VITE_BACKEND_URL, and last as long as the tab.
 */
export const client = createClient({
  tokens: storedTokens(() => sessionStorage),
  fallbackUrl: () => knownRuntimeConfig().VITE_BACKEND_URL,
  language: currentLanguage,
  onUnauthorized: () => unauthorizedListener(),
  person: () => personNow(),
  onAccountChanged: () => accountChangedListener(),
});
