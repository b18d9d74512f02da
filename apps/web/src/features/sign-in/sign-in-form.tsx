import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Field, PasswordField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useRequestForm } from '../session/use-request-form.ts';

export interface SignInFormProps {
  email: string;
  onEmail: (email: string) => void;
  onDone: () => Promise<void>;
  onSecondFactor: () => void;
}

/** E-mail and password. */
export function SignInForm({ email, onEmail, onDone, onSecondFactor }: SignInFormProps) {
  const { t } = useTranslation();
  const { busy, error, onSubmit } = useRequestForm(async (data) => {
    const result = await client.auth.signIn({ email: email.trim(), password: String(data.get('password')) });
    if (result.state === 'two-factor') onSecondFactor();
    else await onDone();
  });
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      <Field
        label={t('signIn.email')}
        name="email"
        type="email"
        autoComplete="username"
        required
        autoFocus
        value={email}
        onChange={(event) => onEmail(event.target.value)}
        data-testid="email"
      />
      <PasswordField
        label={t('signIn.password')}
        name="password"
        autoComplete="current-password"
        required
        showLabel={t('signIn.showPassword')}
        hideLabel={t('signIn.hidePassword')}
        data-testid="password"
      />
      <Button type="submit" look="primary" busy={busy} data-testid="login" className="mt-2">
        {busy ? t('signIn.busy') : t('signIn.submit')}
      </Button>
    </form>
  );
}
