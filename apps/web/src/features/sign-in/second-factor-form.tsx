import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { RequestForm } from '../session/request-form.tsx';

/** The code of the authenticator app, or one of the recovery codes. */
export function SecondFactorForm({ onDone, onBack }: { onDone: () => Promise<void>; onBack: () => void }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<'totp' | 'recovery'>('totp');
  const recovery = kind === 'recovery';
  async function verify(data: FormData) {
    await client.auth.verifyTwoFactor(String(data.get('code')).replace(/\s/g, ''), kind);
    await onDone();
  }
  return (
    // Another kind of code is another form: what was wrong with the one before is not said of it.
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
          <div className="flex flex-wrap justify-between gap-2">
            <Button look="quiet" onClick={onBack}>
              {t('secondFactor.back')}
            </Button>
            <Button look="quiet" onClick={() => setKind(recovery ? 'totp' : 'recovery')}>
              {recovery ? t('secondFactor.useApp') : t('secondFactor.useRecovery')}
            </Button>
          </div>
        </>
      )}
    </RequestForm>
  );
}
