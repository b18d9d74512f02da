import { authRoutes, browserAuthRoutes } from '@causerie/api';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../errors.ts';
import { optionsOf } from '../../http/contract.ts';
import type { LimitPolicies } from '../../limit-policies.ts';
import type { Accounts } from './accounts.ts';
import { type Account, deviceOf } from './people/person.ts';
import { registerKeyRoutes } from './sessions/keys/routes.ts';
import { registerProviderRoutes } from './signing-in/oidc/routes.ts';
import { registerPasskeyRoutes } from './signing-in/passkeys/routes.ts';
import type { CountSignUp } from './signing-in/sign-ups.ts';

type Deps = {
  accounts: Accounts;
  limits: LimitPolicies;
  countSignUp: CountSignUp;
  /** Cookies of others, which clear what was made in a session: sent along when it ends by its own. */
  endingCookies: string[];
  /** Whether the settings send the chat page to another server, which it needs tokens for. */
  pageTokens: boolean;
  /** Where people reach this server, such as `https://chat.example`. */
  originOf(request: { protocol: string; host: string }): string;
};

/** `/api/v1/auth/*` for programs (bearer tokens), `/api/auth/*` for browsers (an httpOnly cookie). */
export function registerAccountRoutes(app: FastifyInstance, deps: Deps): void {
  registerTokenRoutes(app, deps);
  registerBrowserRoutes(app, deps);
  registerPasskeyRoutes(app, deps);
  registerProviderRoutes(app, deps);
  registerKeyRoutes(app, deps);
}

const setCookies = (reply: FastifyReply, cookies: string[]) => {
  if (cookies.length > 0) reply.header('set-cookie', cookies);
};

/** Codes are counted apart from passwords: whoever knows the password could wipe out the count by using it again. */
const codeCount = (account: Account) => `${account.id} second factor`;

function registerTokenRoutes(app: FastifyInstance, { accounts, limits, countSignUp, endingCookies }: Deps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.route({
    ...optionsOf(authRoutes.register),
    config: { limit: limits.signUp },
    handler: async (request, reply) => {
      const { display_name, name = display_name, ...account } = request.body;
      await countSignUp(request.ip);
      const person = await accounts.register({ ...account, name });
      await accounts.rememberCaller(request, person);
      return reply.code(201).send(await accounts.sessions.openProgram(person, deviceOf(request)));
    },
  });
  routes.route({
    ...optionsOf(authRoutes.login),
    handler: async (request) => {
      const { email, password, otp } = request.body;
      const account = await accounts.guess(request, email, () => accounts.signIn.checkPassword(email, password));
      if (account.two_factor) {
        if (otp === undefined) throw new AppError('otp_required');
        const kind = /^\d+$/.test(otp) ? 'totp' : 'recovery';
        await accounts.guess(request, codeCount(account), () => accounts.secondFactors.use(account.id, otp, kind));
      }
      return accounts.sessions.openProgram(account, deviceOf(request));
    },
  });
  routes.route({
    ...optionsOf(authRoutes.refresh),
    handler: async (request) => accounts.sessions.refresh(request.body.refresh_token),
  });
  routes.route({
    ...optionsOf(authRoutes.logout),
    handler: async (request, reply) => {
      const refreshToken = request.body?.refresh_token;
      // An API key has no session to end: to say that it was ended would leave it with whoever found it.
      if (!refreshToken && !(await accounts.signedInBy(request.headers))) throw new AppError('unauthorized');
      await accounts.sessions.endProgram(refreshToken, request.headers);
      setCookies(reply, endingCookies);
      return reply.code(204).send();
    },
  });
  routes.route({
    ...optionsOf(authRoutes.me),
    handler: async (request) => {
      const account = await accounts.personOf(request.headers);
      if (!account) throw new AppError('unauthorized');
      return account;
    },
  });
}

function registerBrowserRoutes(
  app: FastifyInstance,
  { accounts, limits, countSignUp, endingCookies, pageTokens }: Deps,
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.route({
    ...optionsOf(browserAuthRoutes.signUp),
    config: { limit: limits.signUp },
    handler: async (request, reply) => {
      const { display_name, name = display_name, ...account } = request.body;
      await countSignUp(request.ip);
      const person = await accounts.register({ ...account, name });
      await accounts.rememberCaller(request, person);
      setCookies(reply, await accounts.sessions.openBrowser(person, deviceOf(request)));
      return { user: person };
    },
  });
  // The second is the address that some clients use.
  for (const route of [browserAuthRoutes.signIn, browserAuthRoutes.login])
    routes.route({
      ...optionsOf(route),
      handler: async (request, reply) => {
        const { email, password } = request.body;
        const proven = await accounts.guess(request, email, () => accounts.signIn.checkPassword(email, password));
        if (proven.two_factor) {
          setCookies(reply, [await accounts.signIn.askSecondFactor(proven)]);
          return { user: null, two_factor: true };
        }
        setCookies(reply, await accounts.sessions.openBrowser(proven, deviceOf(request)));
        return { user: proven };
      },
    });
  routes.route({
    ...optionsOf(browserAuthRoutes.answerTwoFactor),
    handler: async (request, reply) => {
      const { code, kind } = request.body;
      const account = await accounts.signIn.askedFor(request.headers);
      await accounts.guess(request, codeCount(account), () => accounts.secondFactors.use(account.id, code, kind));
      await accounts.signIn.endQuestion(request.headers);
      setCookies(reply, await accounts.sessions.openBrowser(account, deviceOf(request)));
      return { user: account };
    },
  });
  routes.route({
    ...optionsOf(browserAuthRoutes.link),
    config: { limit: limits.signUp },
    handler: async (request) => ({ email: await accounts.links.emailOf(request.body.kind, request.body.token) }),
  });
  routes.route({
    ...optionsOf(browserAuthRoutes.resetPassword),
    config: { limit: limits.signUp },
    handler: async (request, reply) => {
      const account = await accounts.links.resetPassword(request.body.token, request.body.password);
      await accounts.rememberCaller(request, account);
      return reply.code(204).send();
    },
  });
  routes.route({
    ...optionsOf(browserAuthRoutes.token),
    handler: async (request) => {
      // Where no page needs one, no script of a page can have one to take away.
      if (!pageTokens) throw new AppError('not_configured');
      return { ...(await accounts.sessions.tokenForPage(request.headers)), token_type: 'bearer' as const };
    },
  });
  routes.route({
    ...optionsOf(browserAuthRoutes.signOut),
    handler: async (request, reply) => {
      setCookies(reply, [...(await accounts.sessions.endBrowser(request.headers)), ...endingCookies]);
      return reply.code(204).send();
    },
  });
  routes.route({
    ...optionsOf(browserAuthRoutes.session),
    handler: async (request, reply) => {
      const { person, cookies } = await accounts.sessions.ofBrowser(request.headers);
      setCookies(reply, cookies);
      return { user: person ?? null };
    },
  });
  routes.all('/api/auth/*', { schema: { hide: true } }, async () => {
    throw new AppError('not_found');
  });
}
