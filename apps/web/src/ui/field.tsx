import { type ComponentProps, type ReactNode, useId, useState } from 'react';
import { Icon } from './icon.tsx';
import { useOwnWords } from './use-own-words.ts';

export interface FieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  label: string;
  /** The hint below the field, while there is no error. */
  hint?: string | undefined;
  /** The error of the value; it replaces the hint. */
  error?: string | undefined;
  /** A control inside the field, at its end. */
  end?: ReactNode;
}

const box =
  'w-full min-h-11 rounded-control border bg-sheet px-3 text-body text-ink placeholder:text-ink-soft focus-visible:outline-offset-0';

/** A labelled input. Screen readers read its hint or error with it. */
export function Field({ label, hint, error, end, className = '', ...input }: FieldProps) {
  const id = useId();
  const { problem, ...listeners } = useOwnWords();
  const fault = error ?? problem;
  const note = fault ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-small font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          {...input}
          {...listeners}
          id={id}
          aria-invalid={fault === undefined ? undefined : true}
          aria-describedby={note === undefined ? undefined : `${id}-note`}
          className={`${box} read-only:bg-sunken read-only:text-ink-soft ${fault === undefined ? 'border-control' : 'border-danger'} ${end ? 'pr-12' : ''}`}
        />
        {end && <div className="absolute inset-y-0 right-0 grid place-items-center">{end}</div>}
      </div>
      {note !== undefined && (
        <p id={`${id}-note`} className={`mt-1 text-small ${fault === undefined ? 'text-ink-soft' : 'text-danger'}`}>
          {note}
        </p>
      )}
    </div>
  );
}

/** A password field with a button that shows the password. */
export function PasswordField({
  showLabel,
  hideLabel,
  ...field
}: Omit<FieldProps, 'type' | 'end'> & { showLabel: string; hideLabel: string }) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...field}
      type={shown ? 'text' : 'password'}
      autoCapitalize="none"
      spellCheck={false}
      end={
        <button
          type="button"
          aria-label={shown ? hideLabel : showLabel}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
          className="grid size-11 place-items-center rounded-control text-ink-soft hover:text-ink focus-visible:-outline-offset-4"
        >
          <Icon name={shown ? 'eye-off' : 'eye'} />
        </button>
      }
    />
  );
}

export interface SelectProps extends Omit<ComponentProps<'select'>, 'id'> {
  label: string;
  options: readonly { value: string; label: string }[];
}

/** A labelled choice from a short list, the browser's own. */
export function Select({ label, options, className = '', ...select }: SelectProps) {
  const id = useId();
  const { problem, ...listeners } = useOwnWords();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-small font-medium">
        {label}
      </label>
      <select
        {...select}
        {...listeners}
        id={id}
        aria-invalid={problem === undefined ? undefined : true}
        aria-describedby={problem === undefined ? undefined : `${id}-note`}
        className={`${box} ${problem === undefined ? 'border-control' : 'border-danger'}`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {problem !== undefined && (
        <p id={`${id}-note`} className="mt-1 text-small text-danger">
          {problem}
        </p>
      )}
    </div>
  );
}
