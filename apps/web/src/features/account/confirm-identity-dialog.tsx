import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { PasswordInput } from '../session/password-input.tsx';
import { RequestForm } from '../session/request-form.tsx';
import { useHasPassword } from './ways.ts';

export type ConfirmIdentityDialogProps = {
  title: string;
  /** The consequences of the act. */
  text: string;
  /** The label of the button. */
  submit: string;
  danger?: boolean;
  disabled?: boolean;
  /** More fields, above the password. */
  children?: ReactNode;
  /** Performs the act. `password` is undefined for people without one. */
  action: (password: string | undefined, data: FormData) => Promise<void>;
  onClose: () => void;
};

/** Asks for the password before an act for which a stolen session must not be enough. */
export function ConfirmIdentityDialog(props: ConfirmIdentityDialogProps) {
  const { title, text, submit, danger = false, disabled = false, children, action, onClose } = props;
  const { t } = useTranslation();
  const hasPassword = useHasPassword();
  return (
    <Dialog title={title} onClose={onClose}>
      <RequestForm action={(data) => action(hasPassword ? String(data.get('password')) : undefined, data)}>
        {(busy) => (
          <>
            <p className="text-small">{text}</p>
            {children}
            {hasPassword && <PasswordInput label={t('account.currentPassword')} />}
            <DialogButtons>
              <Button look="quiet" onClick={onClose}>
                {t('dialog.cancel')}
              </Button>
              <Button type="submit" look={danger ? 'danger' : 'primary'} busy={busy} disabled={disabled}>
                {submit}
              </Button>
            </DialogButtons>
          </>
        )}
      </RequestForm>
    </Dialog>
  );
}
