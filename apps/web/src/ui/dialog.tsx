import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';

export type DialogProps = {
  title: string;
  onClose: () => void;
  children: ReactNode;
};

/**
 * A modal dialog, the browser's own: it keeps the focus inside and gives it back, Escape closes it, and the page behind is
 * inert. It is open as long as it is rendered.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the browser paints, and before React removes the dialog: a dialog outside the page gives no focus back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        // React removes the dialog: if it closed by itself, the state would still say that it is open.
        event.preventDefault();
        onClose();
      }}
      className="m-auto w-[min(440px,calc(100vw-24px))] rounded-sheet border border-hairline bg-sheet p-5 wrap-anywhere text-ink"
    >
      <h2 id={id} className="mb-4 text-title font-semibold">
        {title}
      </h2>
      {children}
    </dialog>
  );
}

/** The buttons at the end of a dialog. The confirming button comes last, as it is read last. */
export function DialogButtons({ children }: { children: ReactNode }) {
  return <div className="mt-2 flex flex-wrap justify-end gap-2">{children}</div>;
}
