import { signInRoutes, signInWayRoutes } from '@causerie/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../../../errors.ts';
import { optionsOf } from '../../../../http/contract.ts';
import type { LimitPolicies } from '../../../../limit-policies.ts';
import type { Accounts } from '../../accounts.ts';
import { deviceOf } from '../../people/person.ts';
import type { CountSignUp } from '../sign-ups.ts';

type Deps = {
  accounts: Accounts;
  limits: LimitPolicies;
  countSignUp: CountSignUp;
  originOf(request: { protocol: string; host: string }): string;
};

/** Signing in with an OpenID provider, and the providers of one's account. */
export function registerProviderRoutes(app: FastifyInstance, deps: Deps): void {
  registerSignIn(app, deps);
  registerOwnProviders(app, deps);
}

function registerSignIn(app: FastifyInstance, { accounts, limits, countSignUp, originOf }: Deps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { providers, signIn, sessions, browserMark } = accounts;

  /** A browser stands at an address of the API and must be led to a page, whatever happened. */
  const leadOn = async (request: FastifyRequest, reply: FastifyReply, step: () => Promise<string>) => {
    try {
      return reply.redirect(await step());
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      request.log.info({ err: error.cause, code: error.code }, 'a sign-in with a provider failed');
      return reply.redirect(`/login?error=${error.code}`);
    }
  };

  routes.route({
    ...optionsOf(signInRoutes.provider),
    config: { limit: limits.signUp },
    handler: (request, reply) =>
      leadOn(request, reply, async () => {
        const { url, browser } = await providers.begin(request.params.provider, {
          origin: originOf(request),
          browser: browserMark.read(request.headers),
          redirect: request.query.redirect,
          connectTo: null,
        });
        reply.header('set-cookie', browserMark.set(browser));
        return url;
      }),
  });
  routes.route({
    ...optionsOf(signInRoutes.providerCallback),
    handler: (request, reply) =>
      leadOn(request, reply, async () => {
        const { account, redirect, connected } = await providers.finish(request.params.provider, {
          origin: originOf(request),
          query: new URLSearchParams(request.query),
          browser: browserMark.read(request.headers),
          findSignedIn: () => accounts.sessions.personOfBrowser(request.headers),
          countSignUp: () => countSignUp(request.ip),
        });
        if (connected) return redirect;
        if (account.two_factor) {
          reply.header('set-cookie', await signIn.askSecondFactor(account));
          return `/login?second_factor=true&redirect=${encodeURIComponent(redirect)}`;
        }
        reply.header('set-cookie', await sessions.openBrowser(account, deviceOf(request)));
        return redirect;
      }),
  });
}

function registerOwnProviders(app: FastifyInstance, { accounts, originOf }: Deps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { providers, browserMark, requireOwner, confirmIdentity } = accounts;

  routes.route({
    ...optionsOf(signInWayRoutes.connectProvider),
    handler: async (request, reply) => {
      const signedIn = await requireOwner(request);
      await confirmIdentity(request, signedIn, request.body.password);
      const { url, browser } = await providers.begin(request.params.provider, {
        origin: originOf(request),
        browser: browserMark.read(request.headers),
        redirect: '/account',
        connectTo: signedIn.account.id,
      });
      reply.header('set-cookie', browserMark.set(browser));
      return { url };
    },
  });
  routes.route({
    ...optionsOf(signInWayRoutes.disconnectProvider),
    handler: async (request, reply) => {
      const signedIn = await requireOwner(request);
      await confirmIdentity(request, signedIn, request.body.password);
      await providers.disconnect(signedIn.account.id, request.params.provider);
      return reply.code(204).send();
    },
  });
}
