import type { TwoFactorEnrolment } from '@causerie/client';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton, CopyField } from '../../ui/copy-field.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { PasswordInput } from '../session/password-input.tsx';
import { RequestForm } from '../session/request-form.tsx';
import { reloadSession, usePerson } from '../session/session.ts';
import { QrCode } from './qr-code.tsx';

/** Two-factor sign-in: on or off, and the way to change that. */
export function TwoFactor() {
  const { t } = useTranslation();
  const person = usePerson();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [enrolment, setEnrolment] = useState<TwoFactorEnrolment>();
  const close = () => {
    setAsking(false);
    setEnrolment(undefined);
  };

  return (
    <div className="flex flex-wrap items-center gap-3">
      <Badge look={person.two_factor ? 'accent' : 'plain'}>
        {person.two_factor ? t('twoFactor.on') : t('twoFactor.off')}
      </Badge>
      <Button onClick={() => setAsking(true)}>{person.two_factor ? t('twoFactor.stop') : t('twoFactor.start')}</Button>
      {asking && (
        // Each step is a dialog of its own, which puts the focus where it begins.
        <Dialog key={enrolment ? 'confirm' : 'password'} title={t('account.twoFactor')} onClose={close}>
          {enrolment ? (
            <ConfirmForm
              enrolment={enrolment}
              onClose={close}
              onDone={async () => {
                await reloadSession(queries);
                close();
                toast(t('twoFactor.started'));
              }}
            />
          ) : (
            <PasswordStep
              onClose={close}
              onPassword={async (password) => {
                if (!person.two_factor) {
                  setEnrolment(await client.account.startTwoFactor(password));
                  return;
                }
                await client.account.stopTwoFactor(password);
                await reloadSession(queries);
                close();
                toast(t('twoFactor.stopped'));
              }}
            />
          )}
        </Dialog>
      )}
    </div>
  );
}

function PasswordStep({
  onPassword,
  onClose,
}: {
  onPassword: (password: string) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <RequestForm action={(data) => onPassword(String(data.get('password')))}>
      {(busy) => (
        <>
          <PasswordInput label={t('account.currentPassword')} />
          <DialogButtons>
            <Button look="quiet" onClick={onClose}>
              {t('dialog.cancel')}
            </Button>
            <Button type="submit" look="primary" busy={busy}>
              {t('dialog.continue')}
            </Button>
          </DialogButtons>
        </>
      )}
    </RequestForm>
  );
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
