import { useTranslation } from 'react-i18next';
import { type FieldProps, PasswordField } from '../../ui/field.tsx';

/** Asks for a password: the one that is, or with `fresh` a new one, within the bounds that the server sets. */
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
