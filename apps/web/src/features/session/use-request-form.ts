import { useTranslation } from 'react-i18next';
import { useSubmit } from '../../ui/use-submit.ts';
import { errorText } from './error-text.ts';

/** A form that asks the server for something; a refusal is shown in the person's language. */
export function useRequestForm(
  action: (data: FormData, form: HTMLFormElement) => Promise<void>,
  options?: { stays?: boolean },
) {
  const { t } = useTranslation();
  return useSubmit(async (data, form) => {
    try {
      await action(data, form);
      return undefined;
    } catch (error) {
      return errorText(t, error);
    }
  }, options);
}
