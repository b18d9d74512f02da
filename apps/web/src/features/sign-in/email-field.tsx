import { useTranslation } from 'react-i18next';
import { Field } from '../../ui/field.tsx';

export type EmailFieldProps = {
  email: string;
  /** Absent when the address is fixed. */
  onEmail?: ((email: string) => void) | undefined;
};

/** The e-mail address of an account. */
export function EmailField({ email, onEmail, autoFocus }: EmailFieldProps & { autoFocus?: boolean }) {
  const { t } = useTranslation();
  return (
    <Field
      label={t('signIn.email')}
      name="email"
      type="email"
      autoComplete="username"
      required
      autoFocus={autoFocus}
      value={email}
      readOnly={onEmail === undefined}
      onChange={(event) => onEmail?.(event.target.value)}
      data-testid="email"
    />
  );
}
