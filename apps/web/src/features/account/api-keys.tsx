import type { ApiKey } from '@causerie/client';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { useDate } from '../../i18n/use-date.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { toast } from '../../ui/toast.tsx';
import { ConfirmDialog } from '../session/confirm-dialog.tsx';
import { errorText } from '../session/error-text.ts';
import { Entry } from './entry.tsx';
import { NewApiKeyDialog } from './new-api-key-dialog.tsx';

const keysQuery = queryOptions({
  queryKey: ['own-keys'],
  queryFn: async ({ signal }) => (await client.call('GET /api/account/keys', { signal })).data,
});

/** The API keys of the account: create, list, remove. */
export function ApiKeys() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const keys = useQuery(keysQuery);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<ApiKey>();
  const reload = () => queries.invalidateQueries(keysQuery);
  async function remove({ id }: ApiKey) {
    await client.call('DELETE /api/account/keys/:id', { params: { id } });
    await reload();
    setRemoving(undefined);
    toast(t('keys.removed'));
  }
  return (
    <div className="grid gap-4">
      {keys.error && <Notice kind="error">{errorText(t, keys.error)}</Notice>}
      {keys.isPending && <Skeleton label={t('app.loading')} className="h-12" />}
      {keys.data && keys.data.length > 0 && (
        <ul className="grid gap-3">
          {keys.data.map((key) => (
            <KeyEntry key={key.id} apiKey={key} onRemove={() => setRemoving(key)} />
          ))}
        </ul>
      )}
      <div>
        <Button onClick={() => setAdding(true)}>{t('keys.add')}</Button>
      </div>
      {adding && <NewApiKeyDialog onAdded={reload} onClose={() => setAdding(false)} />}
      {removing && (
        <ConfirmDialog
          title={t('account.removeNamed', { name: removing.name })}
          text={t('keys.removeAsk', { hint: removing.hint })}
          action={() => remove(removing)}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </div>
  );
}

function KeyEntry({ apiKey, onRemove }: { apiKey: ApiKey; onRemove: () => void }) {
  const { t } = useTranslation();
  const day = useDate({ dateStyle: 'medium' });
  const { name, hint, scopes, created_at, expires_at, last_used_at } = apiKey;
  const facts = [
    t('account.addedOn', { when: day(created_at) }),
    expires_at === null ? t('keys.untilRemoved') : t('keys.until', { when: day(expires_at) }),
    last_used_at === null ? t('account.neverUsed') : t('sessions.seen', { when: day(last_used_at) }),
  ];
  return (
    <Entry
      name={
        <>
          {name}
          <code className="font-mono text-note text-ink-soft">{`${hint}…`}</code>
          {scopes.map((scope) => (
            <Badge key={scope}>{t(`keys.scope.${scope}`)}</Badge>
          ))}
        </>
      }
      facts={facts.join(' · ')}
    >
      <Button look="quiet" aria-label={t('account.removeNamed', { name })} onClick={onRemove}>
        {t('account.remove')}
      </Button>
    </Entry>
  );
}
