import type { TFunction } from 'i18next';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

type Control = HTMLInputElement | HTMLSelectElement;

/**
 * Shows the error of a field below it, in the language of the page. The browser validates the field, but its own bubble
 * would use the browser's language, cover one field, and disappear after a moment. The first invalid field of a form
 * gets the focus.
 */
export function useOwnWords() {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<string>();
  return {
    problem,
    onInvalid(event: FormEvent<Control>): void {
      event.preventDefault();
      const control = event.currentTarget;
      setProblem(validationMessage(t, control));
      if (control.form?.querySelector('input:invalid, select:invalid') === control) control.focus();
    },
    onInput: (): void => setProblem(undefined),
  };
}

function validationMessage(t: TFunction, control: Control): string {
  const { validity } = control;
  if (validity.valueMissing) return control instanceof HTMLSelectElement ? t('field.choose') : t('field.missing');
  if (validity.typeMismatch) return t('errors.email_invalid');
  if (control instanceof HTMLInputElement) {
    if (validity.tooShort) return t('field.short', { count: control.minLength });
    if (validity.tooLong) return t('field.long', { count: control.maxLength });
  }
  return t('field.wrong');
}
