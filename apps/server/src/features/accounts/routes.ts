import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../errors.ts';
import type { LimitPolicies } from '../../platform/limits/index.ts';
import type { Account, Accounts, CountSignUp } from './index.ts';
import { deviceOf } from './person.ts';
import {
  accountReply,
  credentials,
  linkBody,
  linkReply,
  logoutBody,
  newAccount,
  pageTokenReply,
  programCredentials,
  refreshBody,
  resetBody,
  secondFactorBody,
  sessionReply,
  tokenReply,
} from './schemas.ts';

type Deps = {
  accounts: Accounts;
  limits: LimitPolicies;
  countSignUp: CountSignUp;
  /** Cookies of others, which clear what was made in a session: sent along when it ends by its own. */
  endingCookies: string[];
  /** Whether the settings send the chat page to another server, which it needs tokens for. */
  pageTokens: boolean;
};

/** `/api/v1/auth/*` for programs (bearer tokens), `/api/auth/*` for browsers (an httpOnly cookie). */
export function registerAccountRoutes(app: FastifyInstance, deps: Deps): void {
  registerTokenRoutes(app, deps);
  registerBrowserRoutes(app, deps);
}

const setCookies = (reply: FastifyReply, cookies: string[]) => {
  if (cookies.length > 0) reply.header('set-cookie', cookies);
};

/** Codes are counted apart from passwords: whoever knows the password could wipe out the count by using it again. */
const codeCount = (account: Account) => `${account.id} second factor`;

function registerTokenRoutes(app: FastifyInstance, { accounts, limits, countSignUp, endingCookies }: Deps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const tags = ['auth'];

  routes.post(
    '/api/v1/auth/register',
    {
      config: { limit: limits.signUp },
      schema: { tags, summary: 'Create an account and sign in', body: newAccount, response: { 201: tokenReply } },
    },
    async (request, reply) => {
      const { display_name, name = display_name, ...account } = request.body;
      await countSignUp(request.ip);
      const person = await accounts.register({ ...account, name });
      await accounts.rememberCaller(request, person);
      return reply.code(201).send(await accounts.beginTokens(person, deviceOf(request)));
    },
  );
  routes.post(
    '/api/v1/auth/login',
    {
      schema: { tags, summary: 'Sign in', body: programCredentials, response: { 200: tokenReply } },
    },
    async (request) => {
      const { email, password, otp } = request.body;
      const account = await accounts.guess(request, email, () => accounts.checkPassword(email, password));
      if (account.two_factor) {
        if (otp === undefined) throw new AppError('otp_required');
        const kind = /^\d+$/.test(otp) ? 'totp' : 'recovery';
        await accounts.guess(request, codeCount(account), () => accounts.secondFactors.use(account.id, otp, kind));
      }
      return accounts.beginTokens(account, deviceOf(request));
    },
  );
  routes.post(
    '/api/v1/auth/refresh',
    { schema: { tags, summary: 'Exchange a refresh token, once', body: refreshBody, response: { 200: tokenReply } } },
    async (request) => accounts.refresh(request.body.refresh_token),
  );
  routes.post(
    '/api/v1/auth/logout',
    { schema: { tags, summary: 'End the session of the tokens', body: logoutBody } },
    async (request, reply) => {
      const refreshToken = request.body?.refresh_token;
      if (!refreshToken && !(await accounts.personOf(request.headers))) throw new AppError('unauthorized');
      await accounts.signOutTokens(refreshToken, request.headers);
      setCookies(reply, endingCookies);
      return reply.code(204).send();
    },
  );
  routes.get(
    '/api/v1/auth/me',
    {
      schema: {
        tags,
        summary: 'Who is signed in',
        security: [{ bearer: [] }, { cookie: [] }],
        response: { 200: accountReply },
      },
    },
    async (request) => {
      const account = await accounts.personOf(request.headers);
      if (!account) throw new AppError('unauthorized');
      return account;
    },
  );
}

function registerBrowserRoutes(
  app: FastifyInstance,
  { accounts, limits, countSignUp, endingCookies, pageTokens }: Deps,
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const tags = ['auth (browser)'];
  routes.post(
    '/api/auth/sign-up/email',
    {
      config: { limit: limits.signUp },
      schema: { tags, summary: 'Create an account and sign in', body: newAccount, response: { 200: sessionReply } },
    },
    async (request, reply) => {
      const { display_name, name = display_name, ...account } = request.body;
      await countSignUp(request.ip);
      const person = await accounts.register({ ...account, name });
      await accounts.rememberCaller(request, person);
      setCookies(reply, await accounts.beginCookies(person, deviceOf(request)));
      return { user: person };
    },
  );
  // The second is the address one of the sources used.
  for (const url of ['/api/auth/sign-in/email', '/api/auth/login'])
    routes.post(
      url,
      {
        schema: { tags, summary: 'Sign in', body: credentials, response: { 200: sessionReply } },
      },
      async (request, reply) => {
        const { email, password } = request.body;
        const proven = await accounts.guess(request, email, () => accounts.checkPassword(email, password));
        if (proven.two_factor) {
          setCookies(reply, [accounts.challenge(proven)]);
          return { user: null, two_factor: true };
        }
        setCookies(reply, await accounts.beginCookies(proven, deviceOf(request)));
        return { user: proven };
      },
    );
  routes.post(
    '/api/auth/two-factor',
    {
      schema: {
        tags,
        summary: 'Answer the question for the second factor',
        body: secondFactorBody,
        response: { 200: sessionReply },
      },
    },
    async (request, reply) => {
      const { code, kind } = request.body;
      const account = await accounts.challenged(request.headers);
      if (!account) throw new AppError('unauthorized');
      await accounts.guess(request, codeCount(account), () => accounts.secondFactors.use(account.id, code, kind));
      setCookies(reply, await accounts.beginCookies(account, deviceOf(request)));
      return { user: account };
    },
  );
  routes.post(
    '/api/auth/link',
    {
      config: { limit: limits.signUp },
      schema: {
        tags,
        summary: 'Whom a link of an administrator is for, while it is good',
        body: linkBody,
        response: { 200: linkReply },
      },
    },
    async (request) => ({ email: await accounts.links.emailOf(request.body.kind, request.body.token) }),
  );
  routes.post(
    '/api/auth/reset-password',
    {
      config: { limit: limits.signUp },
      schema: { tags, summary: 'Choose a new password, by a one-time link; all sessions end', body: resetBody },
    },
    async (request, reply) => {
      const account = await accounts.links.resetPassword(request.body.token, request.body.password);
      await accounts.rememberCaller(request, account);
      return reply.code(204).send();
    },
  );
  routes.post(
    '/api/auth/token',
    {
      schema: {
        tags,
        summary: 'An access token for the other server that the settings of the web app name',
        response: { 200: pageTokenReply },
      },
    },
    async (request) => {
      // Where no page needs one, no script of a page can have one to take away.
      if (!pageTokens) throw new AppError('not_configured');
      return { ...(await accounts.tokenForPage(request.headers)), token_type: 'bearer' as const };
    },
  );
  routes.post('/api/auth/sign-out', { schema: { tags, summary: 'End the session' } }, async (request, reply) => {
    setCookies(reply, [...(await accounts.signOutBrowser(request.headers)), ...endingCookies]);
    return reply.code(204).send();
  });
  routes.get(
    '/api/auth/session',
    { schema: { tags, summary: 'The session, which using it lengthens', response: { 200: sessionReply } } },
    async (request, reply) => {
      const { person, cookies } = await accounts.browserSession(request.headers);
      setCookies(reply, cookies);
      return { user: person ?? null };
    },
  );
  // Better Auth's other routes are not mounted: what is not offered cannot be attacked.
  routes.all('/api/auth/*', { schema: { hide: true } }, async () => {
    throw new AppError('not_found');
  });
}
