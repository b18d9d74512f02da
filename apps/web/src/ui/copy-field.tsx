import { type RefObject, useId, useRef, useState } from 'react';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';

export type CopyButtonProps = {
  value: string;
  /** The element that shows the text. */
  shown: RefObject<HTMLElement | null>;
  copyLabel: string;
  copiedLabel: string;
  /** The message when the browser refuses, with the way out: the text is selected then. */
  refusedLabel: string;
};

/** A button that copies a text of the page. */
export function CopyButton({ value, shown, copyLabel, copiedLabel, refusedLabel }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  const copied = outcome === 'copied';
  return (
    <>
      <IconButton
        label={copied ? copiedLabel : copyLabel}
        onClick={async () => setOutcome((await copy(value, shown.current)) ? 'copied' : 'refused')}
      >
        <Icon name={copied ? 'check' : 'copy'} />
      </IconButton>
      <span role="status" className={outcome === 'refused' ? 'self-center text-small text-danger' : 'sr-only'}>
        {outcome === 'refused' ? refusedLabel : copied ? copiedLabel : ''}
      </span>
    </>
  );
}

/** A text to pass on, such as a link that is shown once, with a button that copies it. */
export function CopyField({ label, ...button }: { label: string } & Omit<CopyButtonProps, 'shown'>) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-small font-medium">
        {label}
      </label>
      <div className="flex gap-1">
        <input
          ref={input}
          id={id}
          readOnly
          value={button.value}
          onFocus={(event) => event.target.select()}
          className="min-h-11 w-full min-w-0 rounded-control border border-control bg-sunken px-3 font-mono text-small"
        />
        <CopyButton {...button} shown={input} />
      </div>
    </div>
  );
}

/** On plain http from another machine browsers offer no clipboard, but they still copy a selection. */
async function copy(value: string, shown: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    if (shown instanceof HTMLInputElement) shown.select();
    else if (shown) getSelection()?.selectAllChildren(shown);
    try {
      return document.execCommand('copy');
    } catch {
      return false;
    }
  }
}
