import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { dropDrafts } from '../chat/draft.ts';
import { forgetSession, usePerson } from '../session/session.ts';
import { ConfirmIdentityDialog } from './confirm-identity-dialog.tsx';

/** Deletes the person's account. It cannot be undone, so the person confirms it by the e-mail address. */
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
  async function remove(password: string | undefined) {
    await client.account.remove(password);
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
        <ConfirmIdentityDialog
          title={t('account.deleteTitle')}
          text={t('account.deleteWarning')}
          submit={t('account.deleteButton')}
          danger
          disabled={!same}
          action={remove}
          onClose={close}
        >
          <Field
            label={t('account.deleteConfirm', { email: person.email })}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </ConfirmIdentityDialog>
      )}
    </>
  );
}
