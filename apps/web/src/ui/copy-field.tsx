import { useId, useState } from 'react';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';

/** A text to hand on, such as a link that is shown once, with a button that copies it. */
export function CopyField({
  label,
  value,
  copyLabel,
  copiedLabel,
}: {
  label: string;
  value: string;
  copyLabel: string;
  copiedLabel: string;
}) {
  const id = useId();
  const [copied, setCopied] = useState(false);
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-small font-medium">
        {label}
      </label>
      <div className="flex gap-1">
        <input
          id={id}
          readOnly
          value={value}
          onFocus={(event) => event.target.select()}
          className="min-h-11 w-full min-w-0 rounded-control border border-control bg-sunken px-3 font-mono text-small"
        />
        <IconButton
          label={copied ? copiedLabel : copyLabel}
          onClick={async () => {
            // Refused on plain http from another machine; the text then stays to be selected by hand.
            const done = await navigator.clipboard?.writeText(value).then(
              () => true,
              () => false,
            );
            setCopied(done === true);
          }}
        >
          <Icon name={copied ? 'check' : 'copy'} />
        </IconButton>
      </div>
    </div>
  );
}
