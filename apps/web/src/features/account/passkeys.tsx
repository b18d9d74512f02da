import type { Passkey } from '@causerie/client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { useDate } from '../../i18n/use-date.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { makePasskey, passkeysWork } from '../session/passkeys.ts';
import { RequestForm } from '../session/request-form.tsx';
import { reloadSession } from '../session/session.ts';
import { ConfirmIdentityDialog } from './confirm-identity-dialog.tsx';
import { deviceName } from './device-name.ts';
import { Entry } from './entry.tsx';
import { waysQuery } from './ways.ts';

/** The person's passkeys: add, rename, remove. */
export function Passkeys({ passkeys }: { passkeys: Passkey[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const day = useDate({ dateStyle: 'medium' });
  const [open, setOpen] = useState<'add' | { rename: Passkey } | { remove: Passkey }>();
  const close = () => setOpen(undefined);
  const finish = async (words: string) => {
    await queries.invalidateQueries(waysQuery);
    close();
    toast(words);
  };

  async function add(password: string | undefined, data: FormData) {
    const response = await makePasskey(await client.call('POST /api/account/passkeys/options', { body: { password } }));
    await client.call('POST /api/account/passkeys', { body: { name: String(data.get('name')), response } });
    await finish(t('passkeys.added'));
  }
  async function rename({ id }: Passkey, data: FormData) {
    await client.call('PATCH /api/account/passkeys/:id', { params: { id }, body: { name: String(data.get('name')) } });
    await finish(t('account.saved'));
  }
  async function remove({ id }: Passkey, password: string | undefined) {
    await client.call('DELETE /api/account/passkeys/:id', { params: { id }, body: { password } });
    // Removing the last passkey also turns off the second factor by passkey.
    await reloadSession(queries);
    await finish(t('passkeys.removed'));
  }

  return (
    <div className="grid gap-4">
      {passkeys.length > 0 && (
        <ul className="grid gap-3">
          {passkeys.map((passkey) => {
            const { id, name, backed_up, created_at, last_used_at } = passkey;
            const used =
              last_used_at === null ? t('account.neverUsed') : t('sessions.seen', { when: day(last_used_at) });
            return (
              <Entry
                key={id}
                name={
                  <>
                    {name}
                    <Badge>{backed_up ? t('passkeys.backedUp') : t('passkeys.oneDevice')}</Badge>
                  </>
                }
                facts={`${t('account.addedOn', { when: day(created_at) })} · ${used}`}
              >
                <Button
                  look="quiet"
                  aria-label={t('passkeys.renameNamed', { name })}
                  onClick={() => setOpen({ rename: passkey })}
                >
                  {t('passkeys.rename')}
                </Button>
                <Button
                  look="quiet"
                  aria-label={t('account.removeNamed', { name })}
                  onClick={() => setOpen({ remove: passkey })}
                >
                  {t('account.remove')}
                </Button>
              </Entry>
            );
          })}
        </ul>
      )}
      {passkeysWork() ? (
        <div>
          <Button onClick={() => setOpen('add')}>{t('passkeys.add')}</Button>
        </div>
      ) : (
        <p className="text-small text-ink-soft">{t('passkeys.impossible')}</p>
      )}
      {open === 'add' && (
        <ConfirmIdentityDialog
          title={t('passkeys.add')}
          text={t('passkeys.addExplain')}
          submit={t('dialog.continue')}
          action={add}
          onClose={close}
        >
          <NameField defaultValue={deviceName(navigator.userAgent) ?? ''} />
        </ConfirmIdentityDialog>
      )}
      {typeof open === 'object' && 'rename' in open && (
        <Dialog title={t('passkeys.renameNamed', { name: open.rename.name })} onClose={close}>
          <RequestForm action={(data) => rename(open.rename, data)}>
            {(busy) => (
              <>
                <NameField defaultValue={open.rename.name} />
                <DialogButtons>
                  <Button look="quiet" onClick={close}>
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
      )}
      {typeof open === 'object' && 'remove' in open && (
        <ConfirmIdentityDialog
          title={t('account.removeNamed', { name: open.remove.name })}
          text={t('passkeys.removeAsk')}
          submit={t('account.remove')}
          danger
          action={(password) => remove(open.remove, password)}
          onClose={close}
        />
      )}
    </div>
  );
}

function NameField({ defaultValue }: { defaultValue: string }) {
  const { t } = useTranslation();
  return (
    <Field
      label={t('create.name')}
      name="name"
      required
      maxLength={100}
      autoComplete="off"
      defaultValue={defaultValue}
    />
  );
}
