import { type FormEvent, useState } from 'react';

/**
 * Submits a form, once at a time, and passes its fields unchanged to `action`. The action returns the sentence to show
 * after a failure, or undefined after a success. With `stays` the form can be used again after a success.
 */
export function useSubmit(
  action: (data: FormData, form: HTMLFormElement) => Promise<string | undefined>,
  { stays = false } = {},
) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget;
    setBusy(true);
    setError(undefined);
    const problem = await action(new FormData(form), form);
    setError(problem);
    // A form whose page is about to be replaced stays busy: a second click would submit it again.
    if (problem !== undefined || stays) setBusy(false);
  }

  return { busy, error, setError, onSubmit };
}
