import { Readable } from 'node:stream';
import { accountRoutes } from '@causerie/api';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../errors.ts';
import { optionsOf } from '../../http/contract.ts';
import { type Account, type Accounts, type AlsoDoFor, isSamePassword } from '../accounts/index.ts';
import type { Profile } from './profile.ts';

type Deps = {
  accounts: Accounts;
  profile: Profile;
  /** Records that a person removed their own account. */
  onLeave: (account: Account, ip: string) => AlsoDoFor;
};

/** `/api/account/*`: what people see and change about themselves. */
export function registerProfileRoutes(app: FastifyInstance, { accounts, profile, onLeave }: Deps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();

  const self = accounts.requireOwner;

  routes.route({
    ...optionsOf(accountRoutes.update),
    handler: async (request) => {
      const { account } = await self(request);
      return accounts.people.change(account.id, request.body);
    },
  });

  routes.route({
    ...optionsOf(accountRoutes.remove),
    handler: async (request, reply) => {
      const signedIn = await self(request);
      const { account } = signedIn;
      await accounts.confirmIdentity(request, signedIn, request.body.password);
      await profile.removePerson(account.id, { threads: 'delete' }, onLeave(account, request.ip));
      return reply.code(204).send();
    },
  });

  routes.route({
    ...optionsOf(accountRoutes.storage),
    handler: async (request) => profile.measureStorage((await self(request)).account.id),
  });

  routes.route({
    ...optionsOf(accountRoutes.exportData),
    handler: async (request, reply) => {
      const signedIn = await self(request);
      // The contract's object as text, in pieces, which Fastify sends unchanged.
      const text = Readable.from(profile.exportPerson(signedIn), { objectMode: false });
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', 'attachment; filename="causerie.json"')
        .send(text as never);
    },
  });

  routes.route({
    ...optionsOf(accountRoutes.changePassword),
    handler: async (request, reply) => {
      const signedIn = await self(request, { evenTemporary: true });
      const { account, sessionId } = signedIn;
      const { current_password, new_password } = request.body;
      await accounts.confirmIdentity(request, signedIn, current_password);
      if (current_password !== undefined && isSamePassword(new_password, current_password))
        throw new AppError('invalid_input', undefined, {
          details: [{ path: 'new_password', message: 'must be another than the current one' }],
        });
      await accounts.people.setPassword(account, new_password, sessionId);
      return reply.code(204).send();
    },
  });

  routes.route({
    ...optionsOf(accountRoutes.sessions),
    handler: async (request) => {
      const { account, sessionId } = await self(request);
      const data = await accounts.sessions.list(account.id);
      return { data: data.map((row) => ({ ...row, current: row.id === sessionId })) };
    },
  });
  routes.route({
    ...optionsOf(accountRoutes.endOtherSessions),
    handler: async (request, reply) => {
      const { account, sessionId } = await self(request);
      await accounts.sessions.endOthers(account.id, sessionId);
      return reply.code(204).send();
    },
  });
  routes.route({
    ...optionsOf(accountRoutes.endSession),
    handler: async (request, reply) => {
      const { account } = await self(request);
      await accounts.sessions.end(account.id, request.params.id);
      return reply.code(204).send();
    },
  });

  routes.route({
    ...optionsOf(accountRoutes.startTwoFactor),
    handler: async (request) => {
      const signedIn = await self(request);
      const { account } = signedIn;
      await accounts.confirmIdentity(request, signedIn, request.body.password);
      return accounts.secondFactors.start(account);
    },
  });
  routes.route({
    ...optionsOf(accountRoutes.confirmTwoFactor),
    handler: async (request, reply) => {
      const { account } = await self(request);
      await accounts.guess(request, `${account.id} enrolment`, () =>
        accounts.secondFactors.confirm(account.id, request.body.code),
      );
      return reply.code(204).send();
    },
  });
  routes.route({
    ...optionsOf(accountRoutes.stopTwoFactor),
    handler: async (request, reply) => {
      const signedIn = await self(request);
      const { account } = signedIn;
      await accounts.confirmIdentity(request, signedIn, request.body.password);
      await accounts.secondFactors.stop(account.id);
      return reply.code(204).send();
    },
  });
}
