import type { ApiKey } from '@causerie/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { CopyField } from '../../ui/copy-field.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { usePerson } from '../session/session.ts';
import { ConfirmIdentityDialog } from './confirm-identity-dialog.tsx';

type Scope = ApiKey['scopes'][number];

/** The lifetimes of a key, in days. */
const lifetimes = [30, 90, 365];

/** Creates an API key, and shows it once. */
export function NewApiKeyDialog({ onAdded, onClose }: { onAdded: () => Promise<void>; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const person = usePerson();
  const [key, setKey] = useState<string>();
  const [scopes, setScopes] = useState<Scope[]>(['chat']);
  const offered: Scope[] = person.role === 'admin' ? ['chat', 'files', 'admin'] : ['chat', 'files'];
  const days = new Intl.NumberFormat(i18n.language, { style: 'unit', unit: 'day', unitDisplay: 'long' });

  async function add(password: string | undefined, data: FormData) {
    const expires = Number(data.get('days'));
    const body = {
      password,
      name: String(data.get('name')),
      scopes,
      ...(expires > 0 && { expires_in_days: expires }),
    };
    const added = await client.call('POST /api/account/keys', { body });
    await onAdded();
    setKey(added.key);
  }

  if (key !== undefined)
    return (
      <Dialog key="made" title={t('keys.made')} onClose={onClose}>
        <div className="grid gap-4">
          <p className="text-small">{t('keys.madeExplain')}</p>
          <CopyField
            label={t('keys.key')}
            value={key}
            copyLabel={t('dialog.copy')}
            copiedLabel={t('dialog.copied')}
            refusedLabel={t('dialog.copyRefused')}
          />
          <DialogButtons>
            <Button look="primary" onClick={onClose}>
              {t('keys.kept')}
            </Button>
          </DialogButtons>
        </div>
      </Dialog>
    );
  return (
    <ConfirmIdentityDialog
      title={t('keys.add')}
      text={t('keys.addExplain')}
      submit={t('keys.submit')}
      disabled={scopes.length === 0}
      action={add}
      onClose={onClose}
    >
      <Field
        label={t('create.name')}
        name="name"
        required
        maxLength={100}
        autoComplete="off"
        hint={t('keys.nameHint')}
      />
      <fieldset>
        <legend className="mb-1 text-small font-medium">{t('keys.scopes')}</legend>
        <div className="grid">
          {offered.map((scope) => (
            <label key={scope} className="flex min-h-11 cursor-pointer items-start gap-3 py-1.5 text-small">
              <input
                type="checkbox"
                className="mt-0.5 size-5 shrink-0"
                checked={scopes.includes(scope)}
                onChange={({ target }) =>
                  setScopes(target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope))
                }
              />
              <span>
                <span className="block font-medium">{t(`keys.scope.${scope}`)}</span>
                <span className="block text-ink-soft">{t(`keys.scopeExplain.${scope}`)}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <Select
        label={t('keys.lifetime')}
        name="days"
        defaultValue="90"
        options={[
          ...lifetimes.map((count) => ({ value: String(count), label: days.format(count) })),
          { value: '', label: t('keys.untilRemoved') },
        ]}
      />
    </ConfirmIdentityDialog>
  );
}
