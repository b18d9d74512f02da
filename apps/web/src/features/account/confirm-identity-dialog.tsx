import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { PasswordInput } from '../session/password-input.tsx';
import { RequestForm } from '../session/request-form.tsx';
import { useHasPassword } from './ways.ts';

export type ConfirmIdentityDialogProps = {
  title: string;
  /** What comes of it. */
  text: string;
  /** What the button says. */
  submit: string;
  danger?: boolean;
  disabled?: boolean;
  /** More fields, above the password. */
  children?: ReactNode;
  /** Does it. `password` is undefined for people who have none. */
  action: (password: string | undefined, data: FormData) => Promise<void>;
  onClose: () => void;
};

/** Asks for the password again before something that a thief of the session should not do. */
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
