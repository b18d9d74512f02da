import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { PasswordInput } from '../session/password-input.tsx';
import { RequestForm } from '../session/request-form.tsx';
import { EmailField, type EmailFieldProps } from './email-field.tsx';

export interface SignInFormProps extends EmailFieldProps {
  onDone: () => Promise<void>;
  onSecondFactor: () => void;
}

/** E-mail and password. */
export function SignInForm({ email, onEmail, onDone, onSecondFactor }: SignInFormProps) {
  const { t } = useTranslation();
  async function signIn(data: FormData) {
    const result = await client.auth.signIn({ email: email.trim(), password: String(data.get('password')) });
    if (result.state === 'two-factor') onSecondFactor();
    else await onDone();
  }
  return (
    <RequestForm action={signIn}>
      {(busy) => (
        <>
          <EmailField email={email} onEmail={onEmail} autoFocus />
          <PasswordInput label={t('signIn.password')} data-testid="password" />
          <Button type="submit" look="primary" busy={busy} data-testid="login" className="mt-2">
            {busy ? t('signIn.busy') : t('signIn.submit')}
          </Button>
        </>
      )}
    </RequestForm>
  );
}
