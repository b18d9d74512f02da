import type { PasswordReset, UserChange, UserRow } from '@causerie/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { CopyField } from '../../ui/copy-field.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { errorText } from '../session/error-text.ts';
import { DeletePersonDialog } from './delete-person-dialog.tsx';
import { PersonSessionsDialog } from './person-sessions-dialog.tsx';

/** What an administrator can do with one account. What can be undone happens at once; deleting asks first. */
export function PersonMenu({ row }: { row: UserRow }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [open, setOpen] = useState<'sessions' | 'delete'>();
  const [reset, setReset] = useState<PasswordReset>();
  const reload = () =>
    Promise.all(['people', 'audit'].map((name) => queries.invalidateQueries({ queryKey: [name] }))).then(() => {});

  const act = useMutation({
    mutationFn: async (action: () => Promise<string | undefined>) => {
      const done = await action();
      await reload();
      if (done !== undefined) toast(done);
    },
  });
  const change = (change: UserChange, done: string) =>
    act.mutate(async () => {
      await client.admin.updateUser(row.id, change);
      return done;
    });
  const resetPassword = (mode: PasswordReset['mode']) =>
    act.mutate(async () => {
      setReset(await client.admin.resetPassword(row.id, mode));
      return undefined;
    });
  const { name } = row;

  return (
    <>
      <Menu
        label={t('admin.actionsFor', { name })}
        button={<Icon name="more" />}
        groups={[
          {
            items: [
              row.role === 'admin'
                ? { label: t('admin.demote'), onSelect: () => change({ role: 'user' }, t('admin.demoted', { name })) }
                : {
                    label: t('admin.promote'),
                    onSelect: () => change({ role: 'admin' }, t('admin.promoted', { name })),
                  },
              { label: t('admin.sessions'), onSelect: () => setOpen('sessions') },
              {
                label: t('admin.signOut'),
                onSelect: () =>
                  act.mutate(async () => {
                    await client.admin.signOutUser(row.id);
                    return t('admin.signedOut', { name });
                  }),
              },
            ],
          },
          {
            label: t('account.password'),
            items: [
              { label: t('admin.resetLink'), onSelect: () => resetPassword('link') },
              { label: t('admin.resetTemporary'), onSelect: () => resetPassword('temporary') },
              ...(row.two_factor
                ? [
                    {
                      label: t('admin.removeFactor'),
                      onSelect: () => change({ two_factor: false }, t('admin.factorRemoved', { name })),
                    },
                  ]
                : []),
            ],
          },
          {
            items: [
              row.disabled
                ? {
                    label: t('admin.enable'),
                    onSelect: () => change({ disabled: false }, t('admin.wasEnabled', { name })),
                  }
                : {
                    label: t('admin.disable'),
                    onSelect: () => change({ disabled: true }, t('admin.wasDisabled', { name })),
                  },
              { label: t('admin.delete'), danger: true, onSelect: () => setOpen('delete') },
            ],
          },
        ]}
      />
      {act.error && (
        <Dialog title={name} onClose={() => act.reset()}>
          <div className="grid gap-4">
            <Notice kind="error">{errorText(t, act.error)}</Notice>
            <DialogButtons>
              <Button onClick={() => act.reset()}>{t('dialog.close')}</Button>
            </DialogButtons>
          </div>
        </Dialog>
      )}
      {reset && <ResetDialog reset={reset} name={name} onClose={() => setReset(undefined)} />}
      {open === 'sessions' && <PersonSessionsDialog row={row} onClose={() => setOpen(undefined)} />}
      {open === 'delete' && (
        <DeletePersonDialog
          row={row}
          onClose={() => setOpen(undefined)}
          onDone={async () => {
            await reload();
            setOpen(undefined);
            toast(t('admin.deleted', { name }));
          }}
        />
      )}
    </>
  );
}

function ResetDialog({ reset, name, onClose }: { reset: PasswordReset; name: string; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
  const copy = { copyLabel: t('dialog.copy'), copiedLabel: t('dialog.copied') };
  return (
    <Dialog title={t('admin.resetTitle', { name })} onClose={onClose}>
      <div className="grid gap-4">
        {reset.mode === 'link' ? (
          <>
            <p className="text-small">
              {t('admin.resetLinkExplain', { when: when.format(new Date(reset.expires_at)) })}
            </p>
            <CopyField label={t('admin.link')} value={reset.url} {...copy} />
          </>
        ) : (
          <>
            <p className="text-small">{t('admin.temporaryExplain')}</p>
            <CopyField label={t('admin.temporaryPassword')} value={reset.temporary_password} {...copy} />
          </>
        )}
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.close')}</Button>
        </DialogButtons>
      </div>
    </Dialog>
  );
}
