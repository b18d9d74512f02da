import { signInRoutes, signInWayRoutes } from '@causerie/api';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../../../errors.ts';
import { optionsOf } from '../../../../http/contract.ts';
import type { LimitPolicies } from '../../../../limit-policies.ts';
import type { Accounts } from '../../accounts.ts';
import { deviceOf } from '../../people/person.ts';
import { presentPasskey } from './present-passkey.ts';

type Deps = {
  accounts: Accounts;
  limits: LimitPolicies;
  originOf(request: { protocol: string; host: string }): string;
};

/** Signing in with a passkey, alone or after the password, and the passkeys of one's account. */
export function registerPasskeyRoutes(app: FastifyInstance, deps: Deps): void {
  registerSignIn(app, deps);
  registerOwnPasskeys(app, deps);
}

function registerSignIn(app: FastifyInstance, { accounts, limits, originOf }: Deps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { passkeys, signIn, sessions, findActive } = accounts;

  routes.route({
    ...optionsOf(signInRoutes.passkeyOptions),
    config: { limit: limits.signUp },
    handler: async (request) => passkeys.begin(originOf(request), null),
  });
  routes.route({
    ...optionsOf(signInRoutes.passkey),
    handler: async (request, reply) => {
      const personId = await passkeys.finish(originOf(request), request.body.response, null);
      const account = await findActive(personId);
      if (!account) throw new AppError('account_disabled');
      reply.header('set-cookie', await sessions.openBrowser(account, deviceOf(request)));
      return { user: account };
    },
  });

  routes.route({
    ...optionsOf(signInRoutes.secondFactorWays),
    handler: async (request) => {
      const { id } = await signIn.askedFor(request.headers);
      const [{ authenticator_app }, keys] = await Promise.all([signIn.waysOf(id), passkeys.list(id)]);
      return { authenticator_app, passkey: keys.length > 0 };
    },
  });
  routes.route({
    ...optionsOf(signInRoutes.secondFactorOptions),
    handler: async (request) => passkeys.begin(originOf(request), (await signIn.askedFor(request.headers)).id),
  });
  routes.route({
    ...optionsOf(signInRoutes.secondFactorPasskey),
    handler: async (request, reply) => {
      const account = await signIn.askedFor(request.headers);
      await passkeys.finish(originOf(request), request.body.response, account.id);
      await signIn.endQuestion(request.headers);
      reply.header('set-cookie', await sessions.openBrowser(account, deviceOf(request)));
      return { user: account };
    },
  });
}

function registerOwnPasskeys(app: FastifyInstance, { accounts, originOf }: Deps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { passkeys, providers, signIn, requireOwner, confirmIdentity } = accounts;

  routes.route({
    ...optionsOf(signInWayRoutes.list),
    handler: async (request) => {
      const { account } = await requireOwner(request);
      const [ways, keys, views] = await Promise.all([
        signIn.waysOf(account.id),
        passkeys.list(account.id),
        providers.viewsOf(account.id),
      ]);
      return { ...ways, passkeys: keys.map(presentPasskey), providers: views };
    },
  });
  routes.route({
    ...optionsOf(signInWayRoutes.beginPasskey),
    handler: async (request) => {
      const signedIn = await requireOwner(request);
      await confirmIdentity(request, signedIn, request.body.password);
      return passkeys.beginNew(signedIn.account, originOf(request));
    },
  });
  routes.route({
    ...optionsOf(signInWayRoutes.addPasskey),
    handler: async (request, reply) => {
      const { account } = await requireOwner(request);
      return reply.code(201).send(presentPasskey(await passkeys.add(account, originOf(request), request.body)));
    },
  });
  routes.route({
    ...optionsOf(signInWayRoutes.renamePasskey),
    handler: async (request, reply) => {
      const { account } = await requireOwner(request);
      await passkeys.rename(account.id, request.params.id, request.body.name);
      return reply.code(204).send();
    },
  });
  routes.route({
    ...optionsOf(signInWayRoutes.removePasskey),
    handler: async (request, reply) => {
      const signedIn = await requireOwner(request);
      await confirmIdentity(request, signedIn, request.body.password);
      await passkeys.remove(signedIn.account.id, request.params.id);
      return reply.code(204).send();
    },
  });
  routes.route({
    ...optionsOf(signInWayRoutes.askPasskeyAfterPassword),
    handler: async (request, reply) => {
      const signedIn = await requireOwner(request);
      await confirmIdentity(request, signedIn, request.body.password);
      await passkeys.askAfterPassword(signedIn.account.id, request.body.enabled);
      return reply.code(204).send();
    },
  });
}
