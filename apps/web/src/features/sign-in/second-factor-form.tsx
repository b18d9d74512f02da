import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useRequestForm } from '../session/use-request-form.ts';

/** The code of the authenticator app, or one of the recovery codes. */
export function SecondFactorForm({ onDone, onBack }: { onDone: () => Promise<void>; onBack: () => void }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<'totp' | 'recovery'>('totp');
  const { busy, error, setError, onSubmit } = useRequestForm(async (data) => {
    await client.auth.verifyTwoFactor(String(data.get('code')).replace(/\s/g, ''), kind);
    await onDone();
  });
  const recovery = kind === 'recovery';
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      <p className="text-ink-soft">{recovery ? t('secondFactor.explainRecovery') : t('secondFactor.explain')}</p>
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      <Field
        key={kind}
        label={recovery ? t('secondFactor.recoveryCode') : t('secondFactor.code')}
        name="code"
        required
        autoFocus
        autoComplete="one-time-code"
        inputMode={recovery ? 'text' : 'numeric'}
        spellCheck={false}
        data-testid="code"
      />
      <Button type="submit" look="primary" busy={busy} className="mt-2">
        {t('secondFactor.submit')}
      </Button>
      <div className="flex flex-wrap justify-between gap-2">
        <Button look="quiet" onClick={onBack}>
          {t('secondFactor.back')}
        </Button>
        <Button
          look="quiet"
          onClick={() => {
            setKind(recovery ? 'totp' : 'recovery');
            setError(undefined);
          }}
        >
          {recovery ? t('secondFactor.useApp') : t('secondFactor.useRecovery')}
        </Button>
      </div>
    </form>
  );
}
