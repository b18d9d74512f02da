import { ApiError } from '@causerie/client';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { passkeysWork, showPasskey } from '../session/passkeys.ts';
import { RequestForm } from '../session/request-form.tsx';

export type SecondFactorFormProps = {
  onDone: () => Promise<void>;
  onBack: () => void;
  /** Called when the pending sign-in has expired. */
  onExpired: () => void;
};

/** The second factor: a code of the authenticator app, a recovery code, or a passkey, as far as the account has them. */
export function SecondFactorForm({ onDone, onBack, onExpired }: SecondFactorFormProps) {
  const { t } = useTranslation();
  const ways = useQuery({
    queryKey: ['second-factor'],
    queryFn: ({ signal }) => client.call('GET /api/auth/two-factor', { signal }),
    retry: false,
    // A new pending sign-in may accept other factors.
    gcTime: 0,
  });
  const expired = ways.error instanceof ApiError && ways.error.status === 401;
  useEffect(() => {
    if (expired) onExpired();
  }, [expired, onExpired]);
  if (ways.isPending || expired) return <Skeleton label={t('app.loading')} className="h-40" />;

  // A sign-in at the second address cannot load them; codes work there.
  const { authenticator_app, passkey } = ways.data ?? { authenticator_app: true, passkey: false };
  return (
    <>
      {authenticator_app && <CodeForm onDone={onDone} />}
      {passkey && <PasskeyForm primary={!authenticator_app} onDone={onDone} />}
      <div>
        <Button look="quiet" onClick={onBack}>
          {t('secondFactor.back')}
        </Button>
      </div>
    </>
  );
}

function CodeForm({ onDone }: { onDone: () => Promise<void> }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<'totp' | 'recovery'>('totp');
  const recovery = kind === 'recovery';
  async function verify(data: FormData) {
    await client.auth.verifyTwoFactor(String(data.get('code')).replace(/\s/g, ''), kind);
    await onDone();
  }
  return (
    // Another kind of code is another form, so it does not show the error of the first.
    <RequestForm key={kind} action={verify}>
      {(busy) => (
        <>
          <p className="text-ink-soft">{recovery ? t('secondFactor.explainRecovery') : t('secondFactor.explain')}</p>
          <Field
            label={recovery ? t('secondFactor.recoveryCode') : t('secondFactor.code')}
            name="code"
            required
            autoFocus
            autoComplete="one-time-code"
            autoCapitalize="none"
            inputMode={recovery ? 'text' : 'numeric'}
            spellCheck={false}
            data-testid="code"
          />
          <Button type="submit" look="primary" busy={busy} className="mt-2">
            {t('secondFactor.submit')}
          </Button>
          <Button look="quiet" onClick={() => setKind(recovery ? 'totp' : 'recovery')}>
            {recovery ? t('secondFactor.useApp') : t('secondFactor.useRecovery')}
          </Button>
        </>
      )}
    </RequestForm>
  );
}

/** `primary`: it is the only factor. */
function PasskeyForm({ primary, onDone }: { primary: boolean; onDone: () => Promise<void> }) {
  const { t } = useTranslation();
  async function show() {
    const response = await showPasskey(await client.call('POST /api/auth/two-factor/passkey/options'));
    await client.call('POST /api/auth/two-factor/passkey', { body: { response } });
    await onDone();
  }
  if (!passkeysWork()) return primary ? <p className="text-ink-soft">{t('passkeys.impossible')}</p> : null;
  return (
    <RequestForm action={show}>
      {(busy) => (
        <>
          {primary && <p className="text-ink-soft">{t('secondFactor.explainPasskey')}</p>}
          <Button type="submit" look={primary ? 'primary' : 'plain'} busy={busy} autoFocus={primary}>
            {t('secondFactor.usePasskey')}
          </Button>
        </>
      )}
    </RequestForm>
  );
}
