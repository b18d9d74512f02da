import type { TwoFactorEnrolment } from '@causerie/client';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton, CopyField } from '../../ui/copy-field.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { RequestForm } from '../session/request-form.tsx';
import { reloadSession } from '../session/session.ts';
import { ConfirmIdentityDialog } from './confirm-identity-dialog.tsx';
import { QrCode } from './qr-code.tsx';
import { waysQuery } from './ways.ts';
import { WithWays } from './with-ways.tsx';

/** The second factor after the password: a code of an app, a passkey, or either. */
export function TwoFactor() {
  const { t } = useTranslation();
  return (
    <WithWays>
      {(ways) => (
        <div className="grid gap-4">
          <Factor name={t('twoFactor.app')} on={ways.authenticator_app}>
            <AuthenticatorApp on={ways.authenticator_app} />
          </Factor>
          {ways.password && ways.passkeys.length > 0 && (
            <Factor name={t('twoFactor.passkey')} on={ways.passkey_after_password}>
              <PasskeyAfterPassword on={ways.passkey_after_password} />
            </Factor>
          )}
        </div>
      )}
    </WithWays>
  );
}

function Factor({ name, on, children }: { name: string; on: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap items-center justify-between gap-2">
      <div className="flex flex-wrap items-center gap-2 text-small font-medium">
        {name}
        <Badge look={on ? 'accent' : 'plain'}>{on ? t('twoFactor.on') : t('twoFactor.off')}</Badge>
      </div>
      <div className="ml-auto">{children}</div>
    </div>
  );
}

function AuthenticatorApp({ on }: { on: boolean }) {
  const { t } = useTranslation();
  const reload = useReload();
  const [asking, setAsking] = useState(false);
  const [enrolment, setEnrolment] = useState<TwoFactorEnrolment>();
  const close = () => {
    setAsking(false);
    setEnrolment(undefined);
  };
  async function begin(password: string | undefined) {
    if (!on) {
      setEnrolment(await client.account.startTwoFactor(password));
      return;
    }
    await client.account.stopTwoFactor(password);
    await reload();
    close();
    toast(t('twoFactor.stopped'));
  }
  return (
    <>
      <Button onClick={() => setAsking(true)}>{on ? t('twoFactor.stop') : t('twoFactor.start')}</Button>
      {/* Each step is a dialog of its own, which puts the focus where it begins. */}
      {asking && !enrolment && (
        <ConfirmIdentityDialog
          title={t('account.twoFactor')}
          text={on ? t('twoFactor.stopAsk') : t('twoFactor.startAsk')}
          submit={t('dialog.continue')}
          action={begin}
          onClose={close}
        />
      )}
      {enrolment && (
        <Dialog title={t('account.twoFactor')} onClose={close}>
          <ConfirmForm
            enrolment={enrolment}
            onClose={close}
            onDone={async () => {
              await reload();
              close();
              toast(t('twoFactor.started'));
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function PasskeyAfterPassword({ on }: { on: boolean }) {
  const { t } = useTranslation();
  const reload = useReload();
  const [asking, setAsking] = useState(false);
  const words = on ? t('twoFactor.passkeyStop') : t('twoFactor.passkeyStart');
  async function change(password: string | undefined) {
    await client.call('PUT /api/account/two-factor/passkey', { body: { password, enabled: !on } });
    await reload();
    setAsking(false);
    toast(on ? t('twoFactor.passkeyStopped') : t('twoFactor.passkeyStarted'));
  }
  return (
    <>
      <Button onClick={() => setAsking(true)}>{words}</Button>
      {asking && (
        <ConfirmIdentityDialog
          title={t('twoFactor.passkey')}
          text={on ? t('twoFactor.passkeyStopAsk') : t('twoFactor.passkeyStartAsk')}
          submit={words}
          action={change}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** Reloads the ways to sign in, and the session, which also shows whether a second factor is on. */
function useReload() {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries(waysQuery);
    await reloadSession(queries);
  };
}

function ConfirmForm({
  enrolment,
  onDone,
  onClose,
}: {
  enrolment: TwoFactorEnrolment;
  onDone: () => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const codes = useRef<HTMLUListElement>(null);
  async function confirm(data: FormData) {
    await client.account.confirmTwoFactor(String(data.get('code')).replace(/\s/g, ''));
    await onDone();
  }
  const copiedLabel = t('dialog.copied');
  return (
    <RequestForm action={confirm}>
      {(busy) => (
        <>
          <p className="text-small">{t('twoFactor.scan')}</p>
          <QrCode text={enrolment.uri} label={t('twoFactor.qr')} />
          {/* Whoever reads this on the phone itself has no second camera. */}
          <a
            href={enrolment.uri}
            className="-my-2 inline-flex min-h-11 items-center justify-self-center text-small text-accent underline underline-offset-4 sm:hidden"
          >
            {t('twoFactor.openApp')}
          </a>
          <CopyField
            label={t('twoFactor.secret')}
            value={enrolment.secret}
            copyLabel={t('dialog.copy')}
            refusedLabel={t('dialog.copyRefused')}
            copiedLabel={copiedLabel}
          />
          <div>
            <div className="flex items-center justify-between gap-2">
              <h3 className="text-small font-medium">{t('twoFactor.recovery')}</h3>
              <CopyButton
                value={enrolment.recovery_codes.join('\n')}
                shown={codes}
                copyLabel={t('twoFactor.copyRecovery')}
                refusedLabel={t('dialog.copyRefused')}
                copiedLabel={copiedLabel}
              />
            </div>
            <p className="mb-2 text-small text-ink-soft">{t('twoFactor.recoveryExplain')}</p>
            <ul ref={codes} className="grid grid-cols-2 gap-1 font-mono text-small">
              {enrolment.recovery_codes.map((code) => (
                <li key={code}>{code}</li>
              ))}
            </ul>
          </div>
          <Field
            label={t('secondFactor.code')}
            name="code"
            required
            autoComplete="one-time-code"
            inputMode="numeric"
            hint={t('secondFactor.explain')}
          />
          <DialogButtons>
            <Button look="quiet" onClick={onClose}>
              {t('dialog.cancel')}
            </Button>
            <Button type="submit" look="primary" busy={busy}>
              {t('twoFactor.confirm')}
            </Button>
          </DialogButtons>
        </>
      )}
    </RequestForm>
  );
}
