import { adminRoutes } from '@causerie/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../errors.ts';
import { optionsOf } from '../../http/contract.ts';
import type { Accounts, Person } from '../accounts/index.ts';
import type { Admin } from './admin.ts';
import type { Actor } from './audit-log.ts';

type Deps = {
  admin: Admin;
  accounts: Accounts;
  requirePerson(request: FastifyRequest): Promise<Person>;
  /** The origin of links. */
  originOf(request: FastifyRequest): string;
};

/** `/api/admin/*`: 401 for nobody, 403 for everybody but administrators. */
export function registerAdminRoutes(app: FastifyInstance, deps: Deps): void {
  const { admin, accounts, requirePerson, originOf } = deps;
  const actorOf = async (request: FastifyRequest): Promise<Actor> => {
    const person = await requirePerson(request);
    if (person.role !== 'admin') throw new AppError('forbidden');
    return { person, ip: request.ip };
  };

  app.register(async (scope) => {
    // Before the body is read or checked: a caller without access learns nothing about the request's form.
    const actors = new WeakMap<FastifyRequest, Actor>();
    scope.addHook('onRequest', async (request) => {
      actors.set(request, await actorOf(request));
    });
    const actor = (request: FastifyRequest) => actors.get(request)!;
    const routes = scope.withTypeProvider<ZodTypeProvider>();
    routes.route({ ...optionsOf(adminRoutes.users), handler: async (request) => admin.listUsers(request.query) });
    routes.route({
      ...optionsOf(adminRoutes.createUser),
      handler: async (request, reply) => reply.code(201).send(await admin.createUser(actor(request), request.body)),
    });
    routes.route({ ...optionsOf(adminRoutes.user), handler: async (request) => admin.getUser(request.params.id) });
    routes.route({
      ...optionsOf(adminRoutes.updateUser),
      handler: async (request) => admin.changeUser(actor(request), request.params.id, request.body),
    });
    routes.route({
      ...optionsOf(adminRoutes.removeUser),
      handler: async (request, reply) => {
        await admin.removeUser(actor(request), request.params.id, request.body);
        return reply.code(204).send();
      },
    });
    routes.route({
      ...optionsOf(adminRoutes.resetPassword),
      handler: async (request) =>
        admin.resetPassword(actor(request), request.params.id, request.body.mode, originOf(request)),
    });
    routes.route({
      ...optionsOf(adminRoutes.signOutUser),
      handler: async (request, reply) => {
        await admin.signOutUser(actor(request), request.params.id);
        return reply.code(204).send();
      },
    });
    routes.route({
      ...optionsOf(adminRoutes.userSessions),
      handler: async (request) => {
        const own = await accounts.signedInBy(request.headers, 'admin');
        return { data: await admin.listUserSessions(request.params.id, own?.sessionId ?? '') };
      },
    });
    routes.route({
      ...optionsOf(adminRoutes.endUserSession),
      handler: async (request, reply) => {
        await admin.endUserSession(actor(request), request.params.id, request.params.session_id);
        return reply.code(204).send();
      },
    });
    routes.route({
      ...optionsOf(adminRoutes.invitations),
      handler: async () => ({ data: await admin.listInvitations() }),
    });
    routes.route({
      ...optionsOf(adminRoutes.invite),
      handler: async (request, reply) => {
        const { email, role } = request.body;
        return reply.code(201).send(await admin.inviteUser(actor(request), email, role, originOf(request)));
      },
    });
    routes.route({
      ...optionsOf(adminRoutes.revokeInvitation),
      handler: async (request, reply) => {
        await admin.revokeInvitation(actor(request), request.params.id);
        return reply.code(204).send();
      },
    });
    routes.route({ ...optionsOf(adminRoutes.audit), handler: async (request) => admin.readAuditLog(request.query) });
  });
}
