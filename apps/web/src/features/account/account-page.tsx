import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../ui/choice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/section.tsx';
import { chooseTheme, useThemeChoice } from '../../ui/theme.ts';
import { refusalText } from '../session/error-text.ts';
import { usePerson } from '../session/session.ts';
import { ApiKeys } from './api-keys.tsx';
import { DeleteAccount } from './delete-account.tsx';
import { ExportData } from './export-data.tsx';
import { OwnSessions } from './own-sessions.tsx';
import { PasswordForm } from './password-form.tsx';
import { ProfileForm } from './profile-form.tsx';
import { SignInSections } from './sign-in-sections.tsx';
import { StorageUse } from './storage-use.tsx';

const route = getRouteApi('/signed-in/account');

/** `/account`: what a person can see and change about themselves. */
export function AccountPage() {
  const { t } = useTranslation();
  const person = usePerson();
  const theme = useThemeChoice();
  const refusal = useRefusal();
  return (
    <div className="mx-auto max-w-220 px-4 py-8">
      <title>{`${t('account.title')} · ${t('app.name')}`}</title>
      <h1 className="mb-4 text-display font-semibold tracking-tight">{t('account.title')}</h1>
      {refusal !== undefined && (
        <div className="mb-6">
          <Notice kind="error">{refusalText(t, refusal)}</Notice>
        </div>
      )}
      {person.must_change_password ? (
        <>
          <div className="mb-6">
            <Notice>{t('account.mustChange')}</Notice>
          </div>
          <Section title={t('account.password')} explain={t('account.passwordExplain')}>
            <PasswordForm />
          </Section>
        </>
      ) : (
        <>
          <Section title={t('account.profile')} explain={t('account.profileExplain')}>
            <ProfileForm />
          </Section>
          <Section title={t('account.appearance')} explain={t('account.appearanceExplain')}>
            <Choice
              label={t('account.colours')}
              value={theme}
              onChange={chooseTheme}
              options={[
                { value: 'system', label: t('account.coloursSystem') },
                { value: 'light', label: t('account.coloursLight') },
                { value: 'dark', label: t('account.coloursDark') },
              ]}
            />
          </Section>
          <SignInSections />
          <Section title={t('account.sessions')} explain={t('account.sessionsExplain')}>
            <OwnSessions />
          </Section>
          <Section title={t('keys.title')} explain={t('keys.explain')}>
            <ApiKeys />
          </Section>
          <Section title={t('storage.title')} explain={t('storage.explain')}>
            <StorageUse />
          </Section>
          <Section title={t('account.data')} explain={t('account.dataExplain')}>
            <ExportData />
          </Section>
          <Section title={t('account.delete')} explain={t('account.deleteExplain')}>
            <DeleteAccount />
          </Section>
        </>
      )}
    </div>
  );
}

/** Why a provider could not be connected. It is removed from the address, so that a reload does not repeat it. */
function useRefusal(): string | undefined {
  const { error } = route.useSearch();
  const navigate = useNavigate();
  const [refusal, setRefusal] = useState(error);
  useEffect(() => {
    if (error === undefined) return;
    setRefusal(error);
    void navigate({ to: '/account', search: {}, replace: true });
  }, [error, navigate]);
  return refusal;
}
