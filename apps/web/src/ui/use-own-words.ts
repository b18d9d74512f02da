import type { TFunction } from 'i18next';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

type Control = HTMLInputElement | HTMLSelectElement;

/**
 * Says what is wrong with a field below it, in the language of the page. The browser finds the fault; its own bubble would
 * speak the browser's language, over one field, and be gone after a moment. The first field at fault of a form gets the focus.
 */
export function useOwnWords() {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<string>();
  return {
    problem,
    onInvalid(event: FormEvent<Control>): void {
      event.preventDefault();
      const control = event.currentTarget;
      setProblem(whatIsWrong(t, control));
      if (control.form?.querySelector('input:invalid, select:invalid') === control) control.focus();
    },
    onInput: (): void => setProblem(undefined),
  };
}

function whatIsWrong(t: TFunction, control: Control): string {
  const { validity } = control;
  if (validity.valueMissing) return control instanceof HTMLSelectElement ? t('field.choose') : t('field.missing');
  if (validity.typeMismatch) return t('errors.email_invalid');
  if (control instanceof HTMLInputElement) {
    if (validity.tooShort) return t('field.short', { count: control.minLength });
    if (validity.tooLong) return t('field.long', { count: control.maxLength });
  }
  return t('field.wrong');
}
