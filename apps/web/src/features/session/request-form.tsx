import { ApiError } from '@causerie/client';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/notice.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { errorText } from './error-text.ts';
import { SignInAgain } from './sign-in-again.tsx';

export type RequestFormProps = {
  action: (data: FormData, form: HTMLFormElement) => Promise<void>;
  /** Whether the form can be used again after a success. */
  stays?: boolean;
  disabled?: boolean;
  /** Renders the fields; `busy` while the request runs. */
  children: (busy: boolean) => ReactNode;
};

/** Scrolls to the error: the top of a long form may be out of sight. */
function bringIntoSight(notice: HTMLElement | null): void {
  notice?.scrollIntoView({ block: 'nearest' });
}

/** A form that sends a request. It shows a refusal at its top, in the person's language. */
export function RequestForm({ action, stays = false, disabled = false, children }: RequestFormProps) {
  const { t } = useTranslation();
  const [mustSignIn, setMustSignIn] = useState(false);
  const { busy, error, onSubmit } = useSubmit(
    async (data, form) => {
      try {
        await action(data, form);
        return undefined;
      } catch (error) {
        setMustSignIn(error instanceof ApiError && error.code === 'sign_in_again');
        return errorText(t, error);
      }
    },
    { stays },
  );
  return (
    <form onSubmit={onSubmit}>
      <fieldset disabled={disabled} className="grid min-w-0 gap-4">
        {error !== undefined && (
          <div ref={bringIntoSight}>
            <Notice kind="error">
              {error}
              {mustSignIn && <SignInAgain />}
            </Notice>
          </div>
        )}
        {children(busy)}
      </fieldset>
    </form>
  );
}
