import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { currentLanguage } from '../../i18n/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { PasswordInput } from '../session/password-input.tsx';
import { RequestForm } from '../session/request-form.tsx';
import { EmailField, type EmailFieldProps } from './email-field.tsx';

export interface CreateFormProps extends EmailFieldProps {
  invitation?: string | undefined;
  disabled: boolean;
  onDone: () => Promise<void>;
}

/** Creates an account from name, e-mail and password. */
export function CreateForm({ email, onEmail, invitation, disabled, onDone }: CreateFormProps) {
  const { t } = useTranslation();
  async function create(data: FormData) {
    await client.auth.signUp({
      name: String(data.get('name')).trim(),
      email: email.trim(),
      password: String(data.get('password')),
      locale: currentLanguage(),
      ...(invitation === undefined ? {} : { invitation }),
    });
    await onDone();
  }
  return (
    <RequestForm action={create} disabled={disabled}>
      {(busy) => (
        <>
          <Field
            label={t('create.name')}
            name="name"
            autoComplete="name"
            required
            maxLength={200}
            autoFocus
            data-testid="name"
          />
          <EmailField email={email} onEmail={onEmail} />
          <PasswordInput fresh label={t('signIn.password')} data-testid="password" />
          <Button type="submit" look="primary" busy={busy} data-testid="create-account" className="mt-2">
            {busy ? t('create.busy') : t('create.submit')}
          </Button>
        </>
      )}
    </RequestForm>
  );
}
