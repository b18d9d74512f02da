import { type FormEvent, useState } from 'react';

/**
 * The life of a form: it is sent once at a time, and its fields are handed over as they stand. The action answers with
 * the sentence to show when something went wrong; without one the form is done, `stays` says whether it is used again.
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
    // A form whose page is about to be replaced stays busy: a second click would do it all again.
    if (problem !== undefined || stays) setBusy(false);
  }

  return { busy, error, setError, onSubmit };
}
