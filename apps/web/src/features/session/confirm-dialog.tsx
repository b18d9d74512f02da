import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { RequestForm } from './request-form.tsx';

export type ConfirmDialogProps = {
  /** The name of the act; the button shows it too. */
  title: string;
  /** The consequences of the act. */
  text: string;
  action: () => Promise<void>;
  onClose: () => void;
};

/** Asks for a confirmation before an act that affects others at once. */
export function ConfirmDialog({ title, text, action, onClose }: ConfirmDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog title={title} onClose={onClose}>
      <RequestForm action={action}>
        {(busy) => (
          <>
            <p className="text-small">{text}</p>
            <DialogButtons>
              <Button look="quiet" onClick={onClose}>
                {t('dialog.cancel')}
              </Button>
              <Button type="submit" look="primary" busy={busy}>
                {title}
              </Button>
            </DialogButtons>
          </>
        )}
      </RequestForm>
    </Dialog>
  );
}
