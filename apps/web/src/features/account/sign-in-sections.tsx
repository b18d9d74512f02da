import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Section } from '../../ui/section.tsx';
import { Passkeys } from './passkeys.tsx';
import { PasswordForm } from './password-form.tsx';
import { Providers } from './providers.tsx';
import { TwoFactor } from './two-factor.tsx';
import { waysQuery } from './ways.ts';
import { WithWays } from './with-ways.tsx';

/** The ways to sign in: password, passkeys, the providers of this server, and the second factor. */
export function SignInSections() {
  const { t } = useTranslation();
  const ways = useQuery(waysQuery).data;
  return (
    <>
      <Section
        title={t('account.password')}
        explain={ways?.password === false ? t('account.noPassword') : t('account.passwordExplain')}
      >
        <WithWays>{({ password }) => <PasswordForm key={String(password)} first={!password} />}</WithWays>
      </Section>
      <Section title={t('passkeys.title')} explain={t('passkeys.explain')}>
        <WithWays>{({ passkeys }) => <Passkeys passkeys={passkeys} />}</WithWays>
      </Section>
      {ways && ways.providers.length > 0 && (
        <Section title={t('providers.title')} explain={t('providers.explain')}>
          <Providers providers={ways.providers} />
        </Section>
      )}
      <Section title={t('account.twoFactor')} explain={t('account.twoFactorExplain')}>
        <TwoFactor />
      </Section>
    </>
  );
}
