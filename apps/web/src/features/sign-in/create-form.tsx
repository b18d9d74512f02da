import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { currentLanguage } from '../../i18n/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { Field, PasswordField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useRequestForm } from '../session/use-request-form.ts';

export interface CreateFormProps {
  email: string;
  onEmail: (email: string) => void;
  invitation?: string | undefined;
  disabled: boolean;
  onDone: () => Promise<void>;
}

/** Name, e-mail and password: an account. */
export function CreateForm({ email, onEmail, invitation, disabled, onDone }: CreateFormProps) {
  const { t } = useTranslation();
  const { busy, error, onSubmit } = useRequestForm(async (data) => {
    await client.auth.signUp({
      name: String(data.get('name')).trim(),
      email: email.trim(),
      password: String(data.get('password')),
      locale: currentLanguage(),
      ...(invitation === undefined ? {} : { invitation }),
    });
    await onDone();
  });
  return (
    <form onSubmit={onSubmit}>
      <fieldset disabled={disabled} className="grid gap-4">
        {error !== undefined && <Notice kind="error">{error}</Notice>}
        <Field label={t('create.name')} name="name" autoComplete="name" required autoFocus data-testid="name" />
        <Field
          label={t('signIn.email')}
          name="email"
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => onEmail(event.target.value)}
          data-testid="email"
        />
        <PasswordField
          label={t('signIn.password')}
          name="password"
          autoComplete="new-password"
          required
          minLength={8}
          maxLength={1024}
          hint={t('create.passwordHint')}
          showLabel={t('signIn.showPassword')}
          hideLabel={t('signIn.hidePassword')}
          data-testid="password"
        />
        <Button type="submit" look="primary" busy={busy} data-testid="create-account" className="mt-2">
          {busy ? t('create.busy') : t('create.submit')}
        </Button>
      </fieldset>
    </form>
  );
}
