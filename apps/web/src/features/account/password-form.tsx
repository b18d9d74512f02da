import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { reloadSession, usePerson } from '../session/session.ts';
import { useRequestForm } from '../session/use-request-form.ts';

/** The old password once more, and a new one. */
export function PasswordForm() {
  const { t } = useTranslation();
  const person = usePerson();
  const queries = useQueryClient();
  const { busy, error, onSubmit } = useRequestForm(
    async (data, form) => {
      await client.account.changePassword(String(data.get('current')), String(data.get('next')));
      form.reset();
      await reloadSession(queries);
      await queries.invalidateQueries({ queryKey: ['own-sessions'] });
      toast(t('account.passwordChanged'));
    },
    { stays: true },
  );
  const shared = {
    required: true,
    showLabel: t('signIn.showPassword'),
    hideLabel: t('signIn.hidePassword'),
  };
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      {/* Password managers file the new password under this name. */}
      <input type="text" name="username" autoComplete="username" value={person.email} readOnly hidden />
      <PasswordField {...shared} label={t('account.currentPassword')} name="current" autoComplete="current-password" />
      <PasswordField
        {...shared}
        label={t('reset.password')}
        name="next"
        autoComplete="new-password"
        minLength={8}
        maxLength={1024}
        hint={t('create.passwordHint')}
      />
      <div>
        <Button type="submit" busy={busy}>
          {t('account.changePassword')}
        </Button>
      </div>
    </form>
  );
}
