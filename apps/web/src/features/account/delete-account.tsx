import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Field, PasswordField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { forgetSession, usePerson } from '../session/session.ts';
import { useRequestForm } from '../session/use-request-form.ts';

/** The end of an account. It cannot be undone, so it is confirmed by its own e-mail address. */
export function DeleteAccount() {
  const { t } = useTranslation();
  const person = usePerson();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const { busy, error, onSubmit } = useRequestForm(async (data) => {
    await client.account.remove(String(data.get('password')));
    await forgetSession(queries, () => navigate({ to: '/login', search: {} }));
  });
  const same = typed.trim().toLowerCase() === person.email.toLowerCase();
  return (
    <>
      <Button onClick={() => setOpen(true)} className="text-danger">
        {t('account.deleteButton')}
      </Button>
      {open && (
        <Dialog title={t('account.deleteTitle')} onClose={() => setOpen(false)}>
          <form onSubmit={onSubmit} className="grid gap-4">
            <p className="text-small">{t('account.deleteWarning')}</p>
            {error !== undefined && <Notice kind="error">{error}</Notice>}
            <Field
              label={t('account.deleteConfirm', { email: person.email })}
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <PasswordField
              label={t('account.currentPassword')}
              name="password"
              autoComplete="current-password"
              required
              showLabel={t('signIn.showPassword')}
              hideLabel={t('signIn.hidePassword')}
            />
            <DialogButtons>
              <Button look="quiet" onClick={() => setOpen(false)}>
                {t('dialog.cancel')}
              </Button>
              <Button type="submit" look="danger" busy={busy} disabled={!same}>
                {t('account.deleteButton')}
              </Button>
            </DialogButtons>
          </form>
        </Dialog>
      )}
    </>
  );
}
