import { ApiError } from '@causerie/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icon.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Notice } from '../../ui/notice.tsx';
import { configQuery } from '../session/config.ts';
import { refusalText } from '../session/error-text.ts';
import { passkeysWork } from '../session/passkeys.ts';
import { safeRedirect } from '../session/safe-redirect.ts';
import { reloadSession } from '../session/session.ts';
import { languageItems } from '../shell/language-items.tsx';
import { Mark } from '../shell/mark.tsx';
import { ThemeToggle } from '../shell/theme-toggle.tsx';
import { CreateForm } from './create-form.tsx';
import { linkQuery } from './link.ts';
import { OtherWays } from './other-ways.tsx';
import { ResetForm } from './reset-form.tsx';
import { SecondFactorForm } from './second-factor-form.tsx';
import { SignInForm } from './sign-in-form.tsx';

const route = getRouteApi('/login');

/** `/login`: sign in, create an account, enter the second factor, or use a reset link. */
export function SignInPage() {
  const { t, i18n } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const [asksCode, setAsksCode] = useState(search.second_factor === true);
  // Kept in state and removed from the address, so that a reload does not repeat it.
  const [refusal, setRefusal] = useState(search.error);
  const [resetDone, setResetDone] = useState(false);
  // Kept across the two modes: a person who used the wrong form need not type the address again.
  const [email, setEmail] = useState('');
  const config = useQuery(configQuery(i18n.language));
  const first = config.data?.first_account === true;
  const link = useQuery(linkQuery(search));
  const owner = link.data?.email;
  const linkUsed = link.error instanceof ApiError && link.error.code === 'link_used';
  const { reset, invitation } = linkUsed ? {} : search;
  // Without any account on the server, the page creates the first one.
  const creating = search.mode === 'create' || invitation !== undefined || (first && search.mode === undefined);
  const closed = config.data?.registration === 'closed' && invitation === undefined;

  async function enter() {
    const person = await reloadSession(queries);
    if (!person) throw new Error(t('errors.unavailable'));
    // The first account exists now, so the page after a sign-out must not say that there is none.
    if (first) void queries.invalidateQueries({ queryKey: ['config'] });
    // Through the history, since the target is any address of the app, without a type of the router.
    router.history.replace(safeRedirect(search.redirect));
  }

  const { error: inAddress } = search;
  useEffect(() => {
    if (inAddress === undefined) return;
    setRefusal(inAddress);
    void navigate({ to: '/login', search: (before) => ({ ...before, error: undefined }), replace: true });
  }, [inAddress, navigate]);

  const endQuestion = useCallback(
    (refusal?: string) => {
      setAsksCode(false);
      setRefusal(refusal);
      void navigate({ to: '/login', search: (before) => ({ ...before, second_factor: undefined }), replace: true });
    },
    [navigate],
  );
  const expireQuestion = useCallback(() => endQuestion('sign_in_expired'), [endQuestion]);

  const toMode = (mode: 'create' | 'sign-in') => {
    setRefusal(undefined);
    void navigate({
      to: '/login',
      search: { ...search, mode, invitation: undefined, reset: undefined },
      replace: true,
    });
  };

  const askSecondFactor = () => {
    setRefusal(undefined);
    setAsksCode(true);
  };
  let form = <SignInForm email={email} onEmail={setEmail} onDone={enter} onSecondFactor={askSecondFactor} />;
  let title = t('signIn.title');
  if (reset !== undefined) {
    title = t('reset.title');
    form = (
      <ResetForm
        token={reset}
        email={owner}
        onDone={() => {
          setResetDone(true);
          toMode('sign-in');
        }}
      />
    );
  } else if (asksCode) {
    title = t('secondFactor.title');
    form = <SecondFactorForm onDone={enter} onBack={() => endQuestion()} onExpired={expireQuestion} />;
  } else if (creating) {
    title = t('create.title');
    form = (
      <CreateForm
        email={owner ?? email}
        onEmail={owner === undefined ? setEmail : undefined}
        invitation={invitation}
        disabled={closed}
        onDone={enter}
      />
    );
  }
  const switchable = !asksCode && reset === undefined;
  // An invitation is for one address; the provider's account may have another.
  const hasOtherWays = switchable && invitation === undefined && !(creating && closed);

  return (
    <div className="grid min-h-dvh grid-rows-[auto_1fr]">
      <title>{`${title} · ${t('app.name')}`}</title>
      <header className="flex h-14 items-center justify-end gap-1 px-3 sm:px-4">
        <ThemeToggle />
        <Menu
          label={t('nav.language')}
          groups={[{ items: languageItems(i18n.language) }]}
          button={
            <span className="flex items-center gap-1 px-2 uppercase">
              {i18n.language}
              <Icon name="chevron" size={16} />
            </span>
          }
        />
      </header>
      <main className="mx-auto w-full max-w-100 px-4 pt-[8vh] pb-16">
        <p className="mb-8 flex items-center gap-3">
          <Mark size={36} />
          <span>
            <span className="block font-semibold tracking-tight">{t('app.name')}</span>
            <span className="block text-small text-ink-soft">{t('app.tagline')}</span>
          </span>
        </p>
        <h1 className="mb-6 text-display font-semibold tracking-tight">{title}</h1>
        <div className="grid gap-4">
          {refusal !== undefined && <Notice kind="error">{refusalText(t, refusal)}</Notice>}
          {search.ended && switchable && !creating && <Notice>{t('session.ended')}</Notice>}
          {resetDone && <Notice>{t('reset.done')}</Notice>}
          {switchable && first && creating && <Notice>{t('create.first')}</Notice>}
          {creating && closed && <Notice>{t('create.closed')}</Notice>}
          {linkUsed && !asksCode && <Notice kind="error">{t('errors.link_used')}</Notice>}
          {creating && invitation !== undefined && <Notice>{t('create.invited')}</Notice>}
          {form}
        </div>
        {hasOtherWays && (
          <OtherWays
            providers={config.data?.sign_in?.providers ?? []}
            redirect={safeRedirect(search.redirect)}
            passkey={!creating && passkeysWork()}
            onDone={enter}
          />
        )}
        {switchable && !creating && <p className="mt-6 text-small text-ink-soft">{t('signIn.forgotten')}</p>}
        {switchable && !(closed && !creating) && (
          <p className="mt-2 text-small text-ink-soft">
            {creating ? t('create.haveAccount') : t('signIn.noAccount')}{' '}
            <button
              type="button"
              onClick={() => toMode(creating ? 'sign-in' : 'create')}
              className="min-h-11 rounded-control font-medium text-accent underline underline-offset-4"
            >
              {creating ? t('create.toSignIn') : t('signIn.toCreate')}
            </button>
          </p>
        )}
      </main>
    </div>
  );
}
