import { useSyncExternalStore } from 'react';

/** The person's choice; `system` follows the device. */
export type ThemeChoice = 'system' | 'light' | 'dark';
export type Scheme = 'light' | 'dark';

// public/theme.js reads the same key before the first paint.
const key = 'causerie.theme';
const listeners = new Set<() => void>();
const systemDark = () => matchMedia('(prefers-color-scheme: dark)');

function read(): ThemeChoice {
  const value = document.documentElement.dataset.theme;
  return value === 'light' || value === 'dark' ? value : 'system';
}

function scheme(): Scheme {
  const choice = read();
  if (choice !== 'system') return choice;
  return systemDark().matches ? 'dark' : 'light';
}

function subscribe(listener: () => void): () => void {
  const media = systemDark();
  listeners.add(listener);
  media.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    media.removeEventListener('change', listener);
  };
}

/** Sets the colours at once and for the next visits of this browser. */
export function chooseTheme(choice: ThemeChoice): void {
  if (choice === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  try {
    if (choice === 'system') localStorage.removeItem(key);
    else localStorage.setItem(key, choice);
  } catch {
    // The browser may refuse storage; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

/** The current choice. */
export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, read);
}

/** The current colours, chosen by the person or by the device. */
export function useScheme(): Scheme {
  return useSyncExternalStore(subscribe, scheme);
}
