import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { dropDrafts } from '../chat/draft.ts';
import { PasswordInput } from '../session/password-input.tsx';
import { RequestForm } from '../session/request-form.tsx';
import { forgetSession, usePerson } from '../session/session.ts';

/** The end of an account. It cannot be undone, so it is confirmed by its own e-mail address. */
export function DeleteAccount() {
  const { t } = useTranslation();
  const person = usePerson();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const close = () => {
    setOpen(false);
    setTyped('');
  };
  async function remove(data: FormData) {
    await client.account.remove(String(data.get('password')));
    await forgetSession(queries, () => navigate({ to: '/login', search: {} }));
    dropDrafts();
    toast(t('account.deleted'));
  }
  const same = typed.trim().toLowerCase() === person.email.toLowerCase();
  return (
    <>
      <Button look="plain-danger" onClick={() => setOpen(true)}>
        {t('account.deleteButton')}
      </Button>
      {open && (
        <Dialog title={t('account.deleteTitle')} onClose={close}>
          <RequestForm action={remove}>
            {(busy) => (
              <>
                <p className="text-small">{t('account.deleteWarning')}</p>
                <Field
                  label={t('account.deleteConfirm', { email: person.email })}
                  autoComplete="off"
                  value={typed}
                  onChange={(event) => setTyped(event.target.value)}
                />
                <PasswordInput label={t('account.currentPassword')} />
                <DialogButtons>
                  <Button look="quiet" onClick={close}>
                    {t('dialog.cancel')}
                  </Button>
                  <Button type="submit" look="danger" busy={busy} disabled={!same}>
                    {t('account.deleteButton')}
                  </Button>
                </DialogButtons>
              </>
            )}
          </RequestForm>
        </Dialog>
      )}
    </>
  );
}
