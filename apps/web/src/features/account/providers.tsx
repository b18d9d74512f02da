import type { SignInWays } from '@causerie/client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { useDate } from '../../i18n/use-date.ts';
import { Button } from '../../ui/button.tsx';
import { toast } from '../../ui/toast.tsx';
import { ConfirmIdentityDialog } from './confirm-identity-dialog.tsx';
import { Entry } from './entry.tsx';
import { waysQuery } from './ways.ts';

type Provider = SignInWays['providers'][number];

/** The providers of this server, each connected to the account or not. */
export function Providers({ providers }: { providers: Provider[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const day = useDate({ dateStyle: 'medium' });
  const [asked, setAsked] = useState<Provider>();
  const close = () => setAsked(undefined);

  const facts = ({ connected }: Provider) => {
    if (!connected) return t('providers.notConnected');
    const { email, last_used_at } = connected;
    const used = last_used_at === null ? t('account.neverUsed') : t('sessions.seen', { when: day(last_used_at) });
    // Not every provider sends the address.
    return `${email === '' ? t('providers.connected') : t('providers.connectedAs', { email })} · ${used}`;
  };
  async function connect({ id }: Provider, password: string | undefined) {
    const { url } = await client.call('POST /api/account/providers/:provider', {
      params: { provider: id },
      body: { password },
    });
    location.assign(url);
  }
  async function disconnect({ id, name }: Provider, password: string | undefined) {
    await client.call('DELETE /api/account/providers/:provider', { params: { provider: id }, body: { password } });
    await queries.invalidateQueries(waysQuery);
    close();
    toast(t('providers.disconnected', { name }));
  }

  const title = (provider: Provider) =>
    provider.connected
      ? t('providers.disconnectNamed', { name: provider.name })
      : t('providers.connectNamed', { name: provider.name });
  return (
    <>
      <ul className="grid gap-3">
        {providers.map((provider) => (
          <Entry key={provider.id} name={provider.name} facts={facts(provider)}>
            <Button
              look={provider.connected ? 'quiet' : 'plain'}
              aria-label={title(provider)}
              onClick={() => setAsked(provider)}
            >
              {provider.connected ? t('providers.disconnect') : t('providers.connect')}
            </Button>
          </Entry>
        ))}
      </ul>
      {asked && (
        <ConfirmIdentityDialog
          title={title(asked)}
          text={
            asked.connected
              ? t('providers.disconnectAsk', { name: asked.name })
              : t('providers.connectAsk', { name: asked.name })
          }
          submit={asked.connected ? t('providers.disconnect') : t('dialog.continue')}
          danger={asked.connected !== null}
          action={(password) => (asked.connected ? disconnect(asked, password) : connect(asked, password))}
          onClose={close}
        />
      )}
    </>
  );
}
