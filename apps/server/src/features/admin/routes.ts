import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../errors.ts';
import { type Accounts, type Person, sessionListReply } from '../accounts/index.ts';
import type { Admin } from './admin.ts';
import type { Actor } from './audit-log.ts';
import {
  auditQuery,
  auditReply,
  createdReply,
  invitationsReply,
  invitedReply,
  newInvitation,
  newUser,
  removalBody,
  resetBody,
  resetReply,
  sessionParams,
  userChange,
  userParams,
  userReply,
  usersQuery,
  usersReply,
} from './schemas.ts';

type Deps = {
  admin: Admin;
  accounts: Accounts;
  requirePerson(request: FastifyRequest): Promise<Person>;
  /** What the addresses of links begin with. */
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
    // Before the body is read or judged: whoever may not come in learns nothing about what is asked for.
    const actors = new WeakMap<FastifyRequest, Actor>();
    scope.addHook('onRequest', async (request) => {
      actors.set(request, await actorOf(request));
    });
    const actor = (request: FastifyRequest) => actors.get(request)!;
    const routes = scope.withTypeProvider<ZodTypeProvider>();
    const security: Record<string, string[]>[] = [{ bearer: [] }, { cookie: [] }];
    const about = (summary: string) => ({ tags: ['admin'], security, summary });

    routes.get(
      '/api/admin/users',
      { schema: { ...about('People, newest first'), querystring: usersQuery, response: { 200: usersReply } } },
      async (request) => admin.listUsers(request.query),
    );
    routes.post(
      '/api/admin/users',
      {
        schema: {
          ...about('Make an account with a temporary password'),
          body: newUser,
          response: { 201: createdReply },
        },
      },
      async (request, reply) => reply.code(201).send(await admin.createUser(actor(request), request.body)),
    );
    routes.get(
      '/api/admin/users/:id',
      { schema: { ...about('One person'), params: userParams, response: { 200: userReply } } },
      async (request) => admin.getUser(request.params.id),
    );
    routes.patch(
      '/api/admin/users/:id',
      {
        schema: {
          ...about('Change role, name or e-mail; disable, enable; take a lost second factor away'),
          params: userParams,
          body: userChange,
          response: { 200: userReply },
        },
      },
      async (request) => admin.changeUser(actor(request), request.params.id, request.body),
    );
    routes.delete(
      '/api/admin/users/:id',
      {
        schema: {
          ...about('Delete an account; its threads are deleted too, or handed over'),
          params: userParams,
          body: removalBody,
        },
      },
      async (request, reply) => {
        await admin.removeUser(actor(request), request.params.id, request.body);
        return reply.code(204).send();
      },
    );
    routes.post(
      '/api/admin/users/:id/reset-password',
      {
        schema: {
          ...about('A link for one use, or a temporary password; all sessions end'),
          params: userParams,
          body: resetBody,
          response: { 200: resetReply },
        },
      },
      async (request) => admin.resetPassword(actor(request), request.params.id, request.body.mode, originOf(request)),
    );
    routes.post(
      '/api/admin/users/:id/sign-out',
      { schema: { ...about('End all sessions'), params: userParams } },
      async (request, reply) => {
        await admin.signOutUser(actor(request), request.params.id);
        return reply.code(204).send();
      },
    );
    routes.get(
      '/api/admin/users/:id/sessions',
      {
        schema: { ...about('Where somebody is signed in'), params: userParams, response: { 200: sessionListReply } },
      },
      async (request) => {
        const own = await accounts.signedInBy(request.headers);
        return { data: await admin.listUserSessions(request.params.id, own?.sessionId ?? '') };
      },
    );
    routes.delete(
      '/api/admin/users/:id/sessions/:session_id',
      { schema: { ...about('End one session'), params: sessionParams } },
      async (request, reply) => {
        await admin.endUserSession(actor(request), request.params.id, request.params.session_id);
        return reply.code(204).send();
      },
    );
    routes.get(
      '/api/admin/invitations',
      { schema: { ...about('Open invitations'), response: { 200: invitationsReply } } },
      async () => ({ data: await admin.listInvitations() }),
    );
    routes.post(
      '/api/admin/invitations',
      {
        schema: {
          ...about('Invite an address; the link works once, for seven days'),
          body: newInvitation,
          response: { 201: invitedReply },
        },
      },
      async (request, reply) => {
        const { email, role } = request.body;
        return reply.code(201).send(await admin.inviteUser(actor(request), email, role, originOf(request)));
      },
    );
    routes.delete(
      '/api/admin/invitations/:id',
      { schema: { ...about('Take an invitation back'), params: userParams } },
      async (request, reply) => {
        await admin.revokeInvitation(actor(request), request.params.id);
        return reply.code(204).send();
      },
    );
    routes.get(
      '/api/admin/audit',
      {
        schema: {
          ...about('What administrators did, newest first'),
          querystring: auditQuery,
          response: { 200: auditReply },
        },
      },
      async (request) => admin.readAuditLog(request.query),
    );
  });
}
