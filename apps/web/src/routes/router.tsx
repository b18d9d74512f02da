import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  notFound,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { configQuery } from '../features/session/config.ts';
import { safeRedirect } from '../features/session/safe-redirect.ts';
import { endedUnasked, sessionQuery } from '../features/session/session.ts';
import { NotFound, PageError, PageLoading } from '../features/shell/page-states.tsx';
import { Shell } from '../features/shell/shell.tsx';
import { type LinkSearch, linkQuery } from '../features/sign-in/link.ts';
import { currentLanguage } from '../i18n/i18n.ts';
import { page } from './page.ts';

type Context = {
  queries: QueryClient;
};

/** The search parameters of `/login`. */
interface LoginSearch extends LinkSearch {
  mode?: 'create' | 'sign-in' | undefined;
  /** The session ended while its page was open. */
  ended?: true | undefined;
  /** The page to open afterwards, a path of this site. */
  redirect?: string | undefined;
  /** The code of a failed sign-in through a provider. */
  error?: string | undefined;
  /** A provider has verified a person, who now needs the second factor. */
  second_factor?: true | undefined;
}

/** The conversation is in the address, so that a reload, a bookmark and the back button open it. */
type ChatSearch = {
  thread?: string | undefined;
};

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const root = createRootRouteWithContext<Context>()({ component: Outlet });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): LoginSearch => ({
    mode: search.mode === 'create' || search.mode === 'sign-in' ? search.mode : undefined,
    ended: search.ended === true || undefined,
    redirect: text(search.redirect),
    invitation: text(search.invitation),
    reset: text(search.reset),
    error: text(search.error),
    second_factor: search.second_factor === true || undefined,
  }),
  beforeLoad: async ({ context, search }) => {
    // When the session cannot be loaded, the person can still try to sign in.
    const [person] = await Promise.all([
      context.queries.ensureQueryData(sessionQuery).catch(() => null),
      context.queries.prefetchQuery(configQuery(currentLanguage())),
      context.queries.prefetchQuery(linkQuery(search)),
    ]);
    // Connecting a provider failed: the account page shows it, since it began there.
    if (person && search.error !== undefined)
      throw redirect({ to: '/account', search: { error: search.error }, replace: true });
    if (person && search.reset === undefined) throw redirect({ href: safeRedirect(search.redirect), replace: true });
  },
  component: page(() => import('../features/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

/** Every route below needs a session; without one, the person signs in and returns. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const person = await context.queries.ensureQueryData(sessionQuery);
    if (!person) {
      const back = location.href === '/' ? undefined : location.href;
      const ended = endedUnasked(context.queries) || undefined;
      throw redirect({ to: '/login', search: { redirect: back, ended }, replace: true });
    }
    if (person.must_change_password && location.pathname !== '/account')
      throw redirect({ to: '/account', replace: true });
    return { person };
  },
  component: Shell,
});

const chat = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  validateSearch: (search: Record<string, unknown>): ChatSearch => ({ thread: text(search.thread) }),
  // The options of the composer load before it is shown, so that no button appears or disappears later.
  beforeLoad: ({ context }) => context.queries.prefetchQuery(configQuery(currentLanguage())),
  component: page(() => import('../features/chat/chat-page.tsx'), 'ChatPage'),
});

const account = createRoute({
  getParentRoute: () => signedIn,
  path: '/account',
  validateSearch: (search: Record<string, unknown>): { error?: string | undefined } => ({ error: text(search.error) }),
  component: page(() => import('../features/account/account-page.tsx'), 'AccountPage'),
});

const admin = createRoute({
  getParentRoute: () => signedIn,
  path: '/admin',
  // The server refuses as well; this check only avoids a page full of refusals.
  beforeLoad: ({ context }) => {
    if (context.person.role !== 'admin') throw notFound();
  },
  component: page(() => import('../features/admin/admin-page.tsx'), 'AdminPage'),
});

const people = createRoute({
  getParentRoute: () => admin,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { search?: string | undefined } => ({
    search: text(search.search),
  }),
  component: page(() => import('../features/admin/people-page.tsx'), 'PeoplePage'),
});

const invitations = createRoute({
  getParentRoute: () => admin,
  path: '/invitations',
  component: page(() => import('../features/admin/invitations-page.tsx'), 'InvitationsPage'),
});

const audit = createRoute({
  getParentRoute: () => admin,
  path: '/audit',
  component: page(() => import('../features/admin/audit-page.tsx'), 'AuditPage'),
});

const routeTree = root.addChildren([
  login,
  signedIn.addChildren([chat, account, admin.addChildren([people, invitations, audit])]),
]);

/** URL → feature. */
export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    context: { queries },
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: PageError,
    defaultPendingComponent: PageLoading,
    defaultPreload: 'intent',
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with the one declared there
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
