import type { TwoFactorEnrolment } from '@causerie/client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyField } from '../../ui/copy-field.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Field, PasswordField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { reloadSession, usePerson } from '../session/session.ts';
import { useRequestForm } from '../session/use-request-form.ts';
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
        <Dialog title={t('account.twoFactor')} onClose={close}>
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
  const { busy, error, onSubmit } = useRequestForm((data) => onPassword(String(data.get('password'))));
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      <PasswordField
        label={t('account.currentPassword')}
        name="password"
        autoComplete="current-password"
        required
        showLabel={t('signIn.showPassword')}
        hideLabel={t('signIn.hidePassword')}
      />
      <DialogButtons>
        <Button look="quiet" onClick={onClose}>
          {t('dialog.cancel')}
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          {t('dialog.continue')}
        </Button>
      </DialogButtons>
    </form>
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
  const { busy, error, onSubmit } = useRequestForm(async (data) => {
    await client.account.confirmTwoFactor(String(data.get('code')).replace(/\s/g, ''));
    await onDone();
  });
  const copy = { copyLabel: t('dialog.copy'), copiedLabel: t('dialog.copied') };
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      <p className="text-small">{t('twoFactor.scan')}</p>
      <QrCode text={enrolment.uri} label={t('twoFactor.qr')} />
      <CopyField label={t('twoFactor.secret')} value={enrolment.secret} {...copy} />
      <div>
        <p className="text-small font-medium">{t('twoFactor.recovery')}</p>
        <p className="mb-2 text-small text-ink-soft">{t('twoFactor.recoveryExplain')}</p>
        <ul className="grid grid-cols-2 gap-1 font-mono text-small">
          {enrolment.recovery_codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
      {error !== undefined && <Notice kind="error">{error}</Notice>}
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
    </form>
  );
}
