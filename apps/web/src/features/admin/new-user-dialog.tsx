import type { CreatedInvitation, CreatedUser, Role } from '@causerie/client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { CopyField } from '../../ui/copy-field.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { RequestForm } from '../session/request-form.tsx';

/** Creates an invitation link, or an account with a temporary password. */
export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [way, setWay] = useState<'invite' | 'create'>('invite');
  const [role, setRole] = useState<Role>('user');
  const [invited, setInvited] = useState<CreatedInvitation>();
  const [created, setCreated] = useState<CreatedUser>();
  async function add(data: FormData) {
    const email = String(data.get('email')).trim();
    if (way === 'invite') setInvited(await client.admin.invite({ email, role }));
    else setCreated(await client.admin.createUser({ email, role, name: String(data.get('name')).trim() }));
    for (const name of ['people', 'invitations', 'audit']) await queries.invalidateQueries({ queryKey: [name] });
  }
  const copy = { copyLabel: t('dialog.copy'), copiedLabel: t('dialog.copied'), refusedLabel: t('dialog.copyRefused') };
  const close = <Button onClick={onClose}>{t('dialog.close')}</Button>;

  if (invited) {
    return (
      <Dialog title={t('admin.invited', { email: invited.invitation.email })} onClose={onClose}>
        <div className="grid gap-4">
          <p className="text-small">{t('admin.invitedLink')}</p>
          <CopyField label={t('admin.link')} value={invited.url} {...copy} />
          <DialogButtons>{close}</DialogButtons>
        </div>
      </Dialog>
    );
  }
  if (created) {
    return (
      <Dialog title={t('admin.created', { name: created.user.name })} onClose={onClose}>
        <div className="grid gap-4">
          <p className="text-small">{t('admin.temporaryExplain')}</p>
          <CopyField label={t('admin.temporaryPassword')} value={created.temporary_password} {...copy} />
          <DialogButtons>{close}</DialogButtons>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={t('admin.newPerson')} onClose={onClose}>
      <RequestForm action={add}>
        {(busy) => (
          <>
            <Choice
              label={t('admin.way')}
              value={way}
              onChange={setWay}
              options={[
                { value: 'invite', label: t('admin.wayInvite') },
                { value: 'create', label: t('admin.wayCreate') },
              ]}
            />
            {way === 'create' && <Field label={t('create.name')} name="name" required autoComplete="off" />}
            <Field label={t('signIn.email')} name="email" type="email" required autoComplete="off" />
            <Choice
              label={t('admin.role')}
              value={role}
              onChange={setRole}
              options={[
                { value: 'user', label: t('admin.roleUser') },
                { value: 'admin', label: t('admin.roleAdmin') },
              ]}
            />
            <DialogButtons>
              <Button look="quiet" onClick={onClose}>
                {t('dialog.cancel')}
              </Button>
              <Button type="submit" look="primary" busy={busy}>
                {way === 'invite' ? t('admin.wayInvite') : t('admin.wayCreate')}
              </Button>
            </DialogButtons>
          </>
        )}
      </RequestForm>
    </Dialog>
  );
}
