import type { UserRemoval, UserRow } from '@causerie/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { RequestForm } from '../session/request-form.tsx';

/** Deletes an account, confirmed by its e-mail address, and deletes or transfers its conversations. */
export function DeletePersonDialog({
  row,
  onClose,
  onDone,
}: {
  row: UserRow;
  onClose: () => void;
  onDone: () => Promise<void>;
}) {
  const { t } = useTranslation();
  const [fate, setFate] = useState<UserRemoval['threads']>('transfer');
  const [search, setSearch] = useState('');
  const [typed, setTyped] = useState('');
  const heirs = useQuery({
    queryKey: ['people', 'heirs', search],
    queryFn: ({ signal }) => client.admin.users({ status: 'active', limit: 50, search }, signal),
    enabled: fate === 'transfer' && row.threads > 0,
    placeholderData: (before) => before,
  });
  const candidates = heirs.data?.data.filter((person) => person.id !== row.id) ?? [];
  async function remove(data: FormData) {
    const transferTo = data.get('heir');
    const removal: UserRemoval =
      typeof transferTo === 'string' ? { threads: 'transfer', transfer_to: transferTo } : { threads: 'delete' };
    await client.admin.removeUser(row.id, removal);
    await onDone();
  }
  const same = typed.trim().toLowerCase() === row.email.toLowerCase();
  const ready = same && (row.threads === 0 || fate === 'delete' || candidates.length > 0);
  return (
    <Dialog title={t('admin.deleteTitle', { name: row.name })} onClose={onClose}>
      <RequestForm action={remove}>
        {(busy) => (
          <>
            <p className="text-small">{t('admin.deleteWarning')}</p>
            {row.threads > 0 && (
              <Choice
                label={t('admin.fate', { count: row.threads })}
                value={fate}
                onChange={setFate}
                options={[
                  { value: 'transfer', label: t('admin.fateTransfer') },
                  { value: 'delete', label: t('admin.fateDelete') },
                ]}
              />
            )}
            {row.threads > 0 && fate === 'transfer' && (
              <>
                <Field
                  label={t('admin.search')}
                  type="search"
                  value={search}
                  onChange={(event) => setSearch(event.target.value)}
                />
                <Select
                  label={t('admin.heir')}
                  name="heir"
                  // No heir is preselected: a slip would show the conversations to the first person of the list.
                  required
                  options={[
                    { value: '', label: t('admin.heirChoose') },
                    ...candidates.map((person) => ({ value: person.id, label: `${person.name} (${person.email})` })),
                  ]}
                />
              </>
            )}
            <Field
              label={t('account.deleteConfirm', { email: row.email })}
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <DialogButtons>
              <Button look="quiet" onClick={onClose}>
                {t('dialog.cancel')}
              </Button>
              <Button type="submit" look="danger" busy={busy} disabled={!ready}>
                {t('admin.delete')}
              </Button>
            </DialogButtons>
          </>
        )}
      </RequestForm>
    </Dialog>
  );
}
