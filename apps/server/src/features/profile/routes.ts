import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import {
  type Account,
  type Accounts,
  type AlsoDoFor,
  accountFields,
  accountReply,
  isSamePassword,
  type SignedIn,
  sessionListReply,
} from '../accounts/index.ts';
import type { Profile } from './profile.ts';

type Deps = {
  accounts: Accounts;
  profile: Profile;
  /** Writes down that somebody removed their own account. */
  onLeave: (account: Account, ip: string) => AlsoDoFor;
};

const { name, locale, password, newPassword, code } = accountFields;

/** `/api/account/*`: what people see and change about themselves. */
export function registerProfileRoutes(app: FastifyInstance, { accounts, profile, onLeave }: Deps): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const tags = ['account'];
  const security: Record<string, string[]>[] = [{ bearer: [] }, { cookie: [] }];

  /** Who asks. A temporary password opens only what `evenTemporary` says. */
  const self = async (request: FastifyRequest, { evenTemporary = false } = {}): Promise<SignedIn> => {
    const signedIn = await accounts.signedInBy(request.headers);
    if (!signedIn) throw new AppError('unauthorized');
    if (signedIn.account.must_change_password && !evenTemporary) throw new AppError('password_change_required');
    return signedIn;
  };
  /** Guessing here is braked as it is at the door: a stolen session must not become a stolen password. */
  const confirm = (request: FastifyRequest, account: Account, given: string) =>
    accounts.guess(request, account.email, () => accounts.confirmPassword(account.id, given));

  routes.patch(
    '/api/account',
    {
      schema: {
        tags,
        security,
        summary: 'Change name and language',
        body: z.object({ name: name.min(1, 'is missing').optional(), locale: locale.optional() }),
        response: { 200: accountReply },
      },
    },
    async (request) => {
      const { account } = await self(request);
      return accounts.people.change(account.id, request.body);
    },
  );

  routes.delete(
    '/api/account',
    {
      schema: { tags, security, summary: 'Delete the account with all that it owns', body: z.object({ password }) },
    },
    async (request, reply) => {
      const { account } = await self(request);
      await confirm(request, account, request.body.password);
      await profile.removePerson(account.id, { threads: 'delete' }, onLeave(account, request.ip));
      return reply.code(204).send();
    },
  );

  routes.get(
    '/api/account/storage',
    {
      schema: {
        tags,
        security,
        summary: 'What one keeps in files, and how much may be, in bytes; `quota` null is no limit',
        response: { 200: z.object({ files: z.int(), bytes: z.int(), quota: z.int().nullable() }) },
      },
    },
    async (request) => profile.measureStorage((await self(request)).account.id),
  );

  routes.get(
    '/api/account/export',
    { schema: { tags, security, summary: 'Everything the server holds about the account, as JSON' } },
    async (request, reply) => {
      const signedIn = await self(request);
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', 'attachment; filename="causerie.json"')
        .send(Readable.from(profile.exportPerson(signedIn), { objectMode: false }));
    },
  );

  routes.post(
    '/api/account/password',
    {
      schema: {
        tags,
        security,
        summary: 'Change the password; all other sessions end',
        body: z.object({ current_password: password, new_password: newPassword }),
      },
    },
    async (request, reply) => {
      const { account, sessionId } = await self(request, { evenTemporary: true });
      const { current_password, new_password } = request.body;
      await confirm(request, account, current_password);
      if (isSamePassword(new_password, current_password))
        throw new AppError('invalid_input', undefined, {
          details: [{ path: 'new_password', message: 'must be another than the current one' }],
        });
      await accounts.people.setPassword(account, new_password, sessionId);
      return reply.code(204).send();
    },
  );

  routes.get(
    '/api/account/sessions',
    { schema: { tags, security, summary: 'Where one is signed in', response: { 200: sessionListReply } } },
    async (request) => {
      const { account, sessionId } = await self(request);
      const data = await accounts.sessions.list(account.id);
      return { data: data.map((row) => ({ ...row, current: row.id === sessionId })) };
    },
  );
  routes.delete(
    '/api/account/sessions',
    { schema: { tags, security, summary: 'End all sessions but this one' } },
    async (request, reply) => {
      const { account, sessionId } = await self(request);
      await accounts.sessions.endOthers(account.id, sessionId);
      return reply.code(204).send();
    },
  );
  routes.delete(
    '/api/account/sessions/:id',
    {
      schema: { tags, security, summary: 'End one session', params: z.object({ id: z.string().max(200) }) },
    },
    async (request, reply) => {
      const { account } = await self(request);
      await accounts.sessions.end(account.id, request.params.id);
      return reply.code(204).send();
    },
  );

  routes.post(
    '/api/account/two-factor',
    {
      schema: {
        tags,
        security,
        summary: 'Make a second factor, not in force before a code confirms it',
        body: z.object({ password }),
        response: { 200: z.object({ uri: z.string(), secret: z.string(), recovery_codes: z.array(z.string()) }) },
      },
    },
    async (request) => {
      const { account } = await self(request);
      await confirm(request, account, request.body.password);
      return accounts.secondFactors.start(account);
    },
  );
  routes.post(
    '/api/account/two-factor/verify',
    {
      schema: { tags, security, summary: 'Put the second factor in force', body: z.object({ code }) },
    },
    async (request, reply) => {
      const { account } = await self(request);
      await accounts.guess(request, `${account.id} enrolment`, () =>
        accounts.secondFactors.confirm(account.id, request.body.code),
      );
      return reply.code(204).send();
    },
  );
  routes.delete(
    '/api/account/two-factor',
    { schema: { tags, security, summary: 'End the second factor', body: z.object({ password }) } },
    async (request, reply) => {
      const { account } = await self(request);
      await confirm(request, account, request.body.password);
      await accounts.secondFactors.stop(account.id);
      return reply.code(204).send();
    },
  );
}
