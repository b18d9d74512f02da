import type { UserRow } from '@causerie/client';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { RequestForm } from '../session/request-form.tsx';

export type EditPersonDialogProps = {
  row: UserRow;
  onClose: () => void;
  onDone: () => Promise<void>;
};

/** Changes a person's name and e-mail address. */
export function EditPersonDialog({ row, onClose, onDone }: EditPersonDialogProps) {
  const { t } = useTranslation();
  async function save(data: FormData) {
    await client.admin.updateUser(row.id, {
      name: String(data.get('name')).trim(),
      email: String(data.get('email')).trim(),
    });
    await onDone();
  }
  return (
    <Dialog title={t('admin.edit')} onClose={onClose}>
      <RequestForm action={save}>
        {(busy) => (
          <>
            <Field
              label={t('create.name')}
              name="name"
              required
              maxLength={200}
              autoComplete="off"
              defaultValue={row.name}
            />
            <Field
              label={t('signIn.email')}
              name="email"
              type="email"
              required
              autoComplete="off"
              defaultValue={row.email}
            />
            <DialogButtons>
              <Button look="quiet" onClick={onClose}>
                {t('dialog.cancel')}
              </Button>
              <Button type="submit" look="primary" busy={busy}>
                {t('account.save')}
              </Button>
            </DialogButtons>
          </>
        )}
      </RequestForm>
    </Dialog>
  );
}
