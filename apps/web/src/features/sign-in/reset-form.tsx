import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useRequestForm } from '../session/use-request-form.ts';

/** A new password, by the token of a reset link. */
export function ResetForm({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useTranslation();
  const { busy, error, onSubmit } = useRequestForm(async (data) => {
    await client.auth.resetPassword(token, String(data.get('password')));
    onDone();
  });
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      <PasswordField
        label={t('reset.password')}
        name="password"
        autoComplete="new-password"
        required
        autoFocus
        minLength={8}
        maxLength={1024}
        hint={t('create.passwordHint')}
        showLabel={t('signIn.showPassword')}
        hideLabel={t('signIn.hidePassword')}
        data-testid="password"
      />
      <Button type="submit" look="primary" busy={busy} className="mt-2">
        {t('reset.submit')}
      </Button>
    </form>
  );
}
