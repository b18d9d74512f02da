import { useTranslation } from 'react-i18next';
import { IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { chooseTheme, useScheme } from '../../ui/theme.ts';

/** Switches between light and dark. */
export function ThemeToggle() {
  const { t } = useTranslation();
  const dark = useScheme() === 'dark';
  return (
    <IconButton label={dark ? t('nav.toLight') : t('nav.toDark')} onClick={() => chooseTheme(dark ? 'light' : 'dark')}>
      <Icon name={dark ? 'sun' : 'moon'} />
    </IconButton>
  );
}
