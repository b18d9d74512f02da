import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { PasswordInput } from '../session/password-input.tsx';
import { RequestForm } from '../session/request-form.tsx';
import { EmailField } from './email-field.tsx';

/** Sets a new password with the token of a reset link. */
export function ResetForm({ token, email, onDone }: { token: string; email: string | undefined; onDone: () => void }) {
  const { t } = useTranslation();
  async function reset(data: FormData) {
    await client.auth.resetPassword(token, String(data.get('password')));
    onDone();
  }
  return (
    <RequestForm action={reset}>
      {(busy) => (
        <>
          {/* Password managers file the new password under this address. */}
          {email !== undefined && <EmailField email={email} />}
          <PasswordInput fresh autoFocus label={t('reset.password')} data-testid="password" />
          <Button type="submit" look="primary" busy={busy} className="mt-2">
            {t('reset.submit')}
          </Button>
        </>
      )}
    </RequestForm>
  );
}
