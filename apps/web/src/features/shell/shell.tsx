import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icon.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Notice } from '../../ui/notice.tsx';
import { dropDrafts } from '../chat/draft.ts';
import { errorText } from '../session/error-text.ts';
import { endSession, usePerson } from '../session/session.ts';
import { languageItems } from './language-items.tsx';
import { Mark } from './mark.tsx';
import { ThemeToggle } from './theme-toggle.tsx';

/** The layout of every signed-in page: a header, and the page below. */
export function Shell() {
  const { t, i18n } = useTranslation();
  const person = usePerson();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [problem, setProblem] = useState<string>();
  const { pathname, search } = useLocation();
  const [thread, setThread] = useState(search.thread);
  if (pathname === '/' && search.thread !== thread) setThread(search.thread);

  async function signOut() {
    try {
      await endSession(queries, () => navigate({ to: '/login', search: {} }));
      dropDrafts();
    } catch (error) {
      setProblem(errorText(t, error));
    }
  }

  return (
    <div className="flex h-dvh flex-col">
      <a
        href="#content"
        className="sr-only rounded-control bg-sheet px-4 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-30"
      >
        {t('app.skip')}
      </a>
      <header className="flex h-14 shrink-0 items-center gap-2 border-b border-hairline px-3 sm:px-4">
        <nav aria-label={t('nav.main')} className="flex min-w-0 flex-1 items-center gap-1">
          <Link
            to="/"
            data-testid="chat-universe"
            aria-label={`${t('app.name')}, ${t('nav.chat')}`}
            className="flex min-h-11 items-center gap-2.5 rounded-control px-1 font-semibold tracking-tight"
          >
            <Mark />
            <span>{t('app.name')}</span>
          </Link>
          {/* The way back to the conversation that was left; the mark leads to a new one. */}
          <Link
            to="/"
            search={{ thread }}
            activeOptions={{ exact: true, includeSearch: false }}
            activeProps={{ className: 'hidden!' }}
            className="inline-flex min-h-11 items-center rounded-control px-3 text-small text-ink-soft hover:bg-sunken hover:text-ink"
          >
            {t('nav.chat')}
          </Link>
        </nav>
        <ThemeToggle />
        <Menu
          label={t('nav.menu')}
          testId="account-menu"
          button={
            <span className="flex items-center gap-2 sm:px-2">
              <Icon name="user" />
              <span className="hidden max-w-40 truncate sm:inline">{person.name || person.email}</span>
            </span>
          }
          header={
            <>
              <div className="truncate text-small font-medium">{person.name}</div>
              <div className="truncate text-note text-ink-soft">{person.email}</div>
            </>
          }
          groups={[
            {
              items: [
                { label: t('nav.account'), onSelect: () => void navigate({ to: '/account' }) },
                ...(person.role === 'admin'
                  ? [{ label: t('nav.admin'), onSelect: () => void navigate({ to: '/admin' }) }]
                  : []),
              ],
            },
            { label: t('nav.language'), items: languageItems(i18n.language) },
            { items: [{ label: t('nav.signOut'), onSelect: () => void signOut() }] },
          ]}
        />
      </header>
      {problem !== undefined && (
        <div className="p-3">
          <Notice kind="error">{problem}</Notice>
        </div>
      )}
      <main id="content" tabIndex={-1} className="min-h-0 flex-1 overflow-auto outline-none">
        <Outlet />
      </main>
    </div>
  );
}
