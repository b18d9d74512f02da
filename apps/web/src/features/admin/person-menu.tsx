import type { PasswordReset, UserChange, UserRow } from '@causerie/client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { useDate } from '../../i18n/use-date.ts';
import { Button } from '../../ui/button.tsx';
import { CopyField } from '../../ui/copy-field.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { toast } from '../../ui/toast.tsx';
import { ConfirmDialog } from '../session/confirm-dialog.tsx';
import { reloadSession, usePerson } from '../session/session.ts';
import { DeletePersonDialog } from './delete-person-dialog.tsx';
import { EditPersonDialog } from './edit-person-dialog.tsx';
import { PersonSessionsDialog } from './person-sessions-dialog.tsx';

/** An act on an account. */
type Act = {
  title: string;
  /** The consequences, shown before the act. */
  text: string;
  /** Performs the act. The returned function runs after the dialog has closed. */
  run: () => Promise<() => void>;
};

/** The acts of an administrator on one account, each with a confirmation. For the administrator's own account, /account has the rest. */
export function PersonMenu({ row }: { row: UserRow }) {
  const { t } = useTranslation();
  const own = usePerson().id === row.id;
  const queries = useQueryClient();
  const [open, setOpen] = useState<'edit' | 'sessions' | 'delete'>();
  const [asked, setAsked] = useState<Act>();
  const [reset, setReset] = useState<PasswordReset>();
  const reload = () => Promise.all(['people', 'audit'].map((name) => queries.invalidateQueries({ queryKey: [name] })));

  const { name } = row;
  const item = (act: Act): MenuItem => ({ label: act.title, onSelect: () => setAsked(act) });
  const change = (change: UserChange, done: string) => async () => {
    await client.admin.updateUser(row.id, change);
    return () => toast(done);
  };
  const resetPassword = (mode: PasswordReset['mode']) => async () => {
    const made = await client.admin.resetPassword(row.id, mode);
    return () => setReset(made);
  };

  const role =
    row.role === 'admin'
      ? {
          title: t('admin.demote'),
          text: t('admin.demoteAsk', { name }),
          run: change({ role: 'user' }, t('admin.demoted', { name })),
        }
      : {
          title: t('admin.promote'),
          text: t('admin.promoteAsk', { name }),
          run: change({ role: 'admin' }, t('admin.promoted', { name })),
        };
  const standing = row.disabled
    ? {
        title: t('admin.enable'),
        text: t('admin.enableAsk', { name }),
        run: change({ disabled: false }, t('admin.wasEnabled', { name })),
      }
    : {
        title: t('admin.disable'),
        text: t('admin.disableAsk', { name }),
        run: change({ disabled: true }, t('admin.wasDisabled', { name })),
      };
  const signOut = {
    title: t('admin.signOut'),
    text: t('admin.signOutAsk', { name }),
    run: async () => {
      await client.admin.signOutUser(row.id);
      return () => toast(t('admin.signedOut', { name }));
    },
  };
  const password = [
    { title: t('admin.resetLink'), text: t('admin.resetLinkAsk', { name }), run: resetPassword('link') },
    { title: t('admin.resetTemporary'), text: t('admin.resetTemporaryAsk', { name }), run: resetPassword('temporary') },
  ];
  const factor = {
    title: t('admin.removeFactor'),
    text: t('admin.removeFactorAsk', { name }),
    run: change({ two_factor: false }, t('admin.factorRemoved', { name })),
  };

  return (
    <>
      <Menu
        label={t('admin.actionsFor', { name })}
        button={<Icon name="more" />}
        groups={[
          {
            items: [
              item(role),
              { label: t('admin.edit'), onSelect: () => setOpen('edit') },
              { label: t('admin.sessions'), onSelect: () => setOpen('sessions') },
              ...(own ? [] : [item(signOut)]),
            ],
          },
          {
            label: t('account.password'),
            items: own ? [] : [...password.map(item), ...(row.two_factor ? [item(factor)] : [])],
          },
          {
            items: own
              ? []
              : [item(standing), { label: t('admin.delete'), danger: true, onSelect: () => setOpen('delete') }],
          },
        ]}
      />
      {asked && (
        <ConfirmDialog
          title={asked.title}
          text={asked.text}
          onClose={() => setAsked(undefined)}
          action={async () => {
            const afterClose = await asked.run();
            await reload();
            setAsked(undefined);
            afterClose();
          }}
        />
      )}
      {reset && <ResetDialog reset={reset} name={name} onClose={() => setReset(undefined)} />}
      {open === 'edit' && (
        <EditPersonDialog
          row={row}
          onClose={() => setOpen(undefined)}
          onDone={async () => {
            await reload();
            if (own) await reloadSession(queries);
            setOpen(undefined);
            toast(t('account.saved'));
          }}
        />
      )}
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
  const { t } = useTranslation();
  const when = useDate({ dateStyle: 'medium', timeStyle: 'short' });
  const copy = { copyLabel: t('dialog.copy'), copiedLabel: t('dialog.copied'), refusedLabel: t('dialog.copyRefused') };
  return (
    <Dialog title={t('admin.resetTitle', { name })} onClose={onClose}>
      <div className="grid gap-4">
        {reset.mode === 'link' ? (
          <>
            <p className="text-small">{t('admin.resetLinkExplain', { when: when(reset.expires_at) })}</p>
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
