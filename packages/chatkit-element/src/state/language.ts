import { directionOf, resolveLocale } from '../locales/resolve-locale.ts';
import { loadCatalogue, translator } from '../locales/translate.ts';
import { ApiError } from '../transport/api-error.ts';
import type { SessionState } from './session-state.ts';

/** Speaks the language `asked` for, or that of the browser. English stands in until the catalogue is loaded. */
export function setLocale(state: SessionState, asked: string | undefined): void {
  const locale = resolveLocale(asked ? [asked] : [...(navigator.languages ?? []), navigator.language]);
  if (locale === state.locale.value) return;
  state.locale.value = locale;
  state.direction.value = directionOf(locale);
  state.t.value = translator(locale);
  void loadCatalogue(locale).then(
    (catalogue) => {
      if (state.locale.value === locale) state.t.value = translator(locale, catalogue);
    },
    // There is no catalogue for it: English stays.
    () => state.log('locale.missing', { locale }),
  );
}

const sentenceOf: Record<number, string> = {
  401: 'error.signin',
  403: 'error.signin',
  404: 'error.notfound',
  409: 'error.busy',
  413: 'error.large',
  429: 'error.limit',
};

/** Says in the reader's language what went wrong; `otherwise` names the sentence for what the server does not explain. */
export function explainError(
  state: SessionState,
  error: unknown,
  otherwise: 'error.generic' | 'error.server' | 'error.load',
): string {
  const t = state.t.value;
  if (!(error instanceof ApiError)) return t(otherwise);
  const { status, detail } = error;
  if (status === 0) return t(otherwise === 'error.generic' ? otherwise : 'error.network');
  const known = sentenceOf[status] ?? (status >= 500 ? 'error.server' : undefined);
  return known ? t(known) : (detail ?? t(otherwise));
}
