import type { ComponentProps } from 'react';

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-deep disabled:opacity-60',
  plain: 'border border-hairline bg-sheet text-ink hover:bg-sunken disabled:opacity-60',
  quiet: 'text-ink-soft hover:bg-sunken hover:text-ink disabled:opacity-60',
  'plain-danger': 'border border-hairline bg-sheet text-danger hover:bg-danger-wash disabled:opacity-60',
  danger: 'bg-danger text-on-danger hover:opacity-90 disabled:opacity-60',
} as const;

const shape =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-control px-4 text-small font-medium transition-colors';

export interface ButtonProps extends ComponentProps<'button'> {
  look?: keyof typeof looks;
  /** Work is in progress: the button keeps its label and its focus, and ignores clicks. */
  busy?: boolean;
}

/** A button at least 44 pixels high, the size that a thumb needs. */
export function Button({ look = 'plain', busy = false, className = '', onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      // Not `disabled`: that would drop the keyboard focus.
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      className={`${shape} ${looks[look]} ${busy ? 'opacity-60' : ''} ${className}`}
    />
  );
}

/** A link that leaves the application, and looks like a button. */
export function ButtonLink({ className = '', ...rest }: ComponentProps<'a'>) {
  return <a {...rest} className={`${shape} ${looks.plain} ${className}`} />;
}

/** A square button that shows only an icon; `label` is its accessible name. */
export function IconButton({ label, className = '', ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={`inline-grid size-11 shrink-0 place-items-center rounded-control text-ink-soft transition-colors hover:bg-sunken hover:text-ink ${className}`}
    />
  );
}
