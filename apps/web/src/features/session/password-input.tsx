import { useTranslation } from 'react-i18next';
import { type FieldProps, PasswordField } from '../../ui/field.tsx';

/** A field for the current password, or with `fresh` for a new one, within the limits of the server. */
export function PasswordInput({ fresh = false, ...field }: { fresh?: boolean } & Omit<FieldProps, 'type' | 'end'>) {
  const { t } = useTranslation();
  return (
    <PasswordField
      name="password"
      required
      showLabel={t('signIn.showPassword')}
      hideLabel={t('signIn.hidePassword')}
      {...(fresh
        ? { autoComplete: 'new-password', minLength: 8, maxLength: 1024, hint: t('create.passwordHint') }
        : { autoComplete: 'current-password' })}
      {...field}
    />
  );
}
