import { createClient, storedTokens } from '@causerie/client';
import { currentLanguage } from './i18n/i18n.ts';
import { knownRuntimeConfig } from './runtime-config.ts';

let tellUnauthorized = () => {};
let tellAccountChanged = () => {};
let personNow = (): string | undefined => undefined;

/** Sets who is told when the server answers that nobody is signed in. */
export function onUnauthorized(listener: () => void): void {
  tellUnauthorized = listener;
}

/** Sets whom this page is for, and who is told when the browser's session is somebody else's by now. */
export function bindToPerson(person: () => string | undefined, onChanged: () => void): void {
  personNow = person;
  tellAccountChanged = onChanged;
}

/**
 * The one client of this page. It speaks by the session cookie of its own origin; tokens exist only after a sign-in had
 * to go to VITE_BACKEND_URL, and last as long as the tab.
 */
export const client = createClient({
  tokens: storedTokens(() => sessionStorage),
  fallbackUrl: () => knownRuntimeConfig().VITE_BACKEND_URL,
  language: currentLanguage,
  onUnauthorized: () => tellUnauthorized(),
  person: () => personNow(),
  onAccountChanged: () => tellAccountChanged(),
});
