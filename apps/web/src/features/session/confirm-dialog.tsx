import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { RequestForm } from './request-form.tsx';

export type ConfirmDialogProps = {
  /** What will be done; the button says it too. */
  title: string;
  /** What comes of it. */
  text: string;
  action: () => Promise<void>;
  onClose: () => void;
};

/** Asks before something is done that others feel at once. */
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
