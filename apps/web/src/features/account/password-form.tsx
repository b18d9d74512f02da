import { ApiError } from '@causerie/client';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { toast } from '../../ui/toast.tsx';
import { PasswordInput } from '../session/password-input.tsx';
import { RequestForm } from '../session/request-form.tsx';
import { reloadSession, usePerson } from '../session/session.ts';
import { waysQuery } from './ways.ts';

/** Changes the password, or sets a first one for a person without one. */
export function PasswordForm({ first = false }: { first?: boolean }) {
  const { t } = useTranslation();
  const person = usePerson();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const temporary = person.must_change_password;
  async function change(data: FormData, form: HTMLFormElement) {
    const [current, next] = [first ? undefined : String(data.get('current')), String(data.get('next'))];
    // The server refuses it too, but only after hashing both.
    if (next === current) throw new ApiError('The password is the same.', { status: 422, code: 'password_same' });
    await client.account.changePassword(current, next);
    form.reset();
    await reloadSession(queries);
    await queries.invalidateQueries({ queryKey: ['own-sessions'] });
    toast(first ? t('account.passwordSet') : t('account.passwordChanged'));
    await queries.invalidateQueries(waysQuery);
    // A temporary password blocks every other page; now the person can go on to the requested one.
    if (temporary) await navigate({ to: '/' });
  }
  return (
    <RequestForm action={change} stays>
      {(busy) => (
        <>
          {/* Password managers file the new password under this name. */}
          <input type="text" name="username" autoComplete="username" value={person.email} readOnly hidden />
          {!first && (
            <PasswordInput
              label={temporary ? t('admin.temporaryPassword') : t('account.currentPassword')}
              name="current"
            />
          )}
          <PasswordInput fresh label={t('reset.password')} name="next" />
          <div>
            <Button type="submit" look={temporary ? 'primary' : 'plain'} busy={busy}>
              {first ? t('account.setPassword') : t('account.changePassword')}
            </Button>
          </div>
        </>
      )}
    </RequestForm>
  );
}
