import { attachmentRoutes } from '@causerie/api';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../errors.ts';
import { optionsOf } from '../../http/contract.ts';
import type { LimitPolicy } from '../../platform/limits/index.ts';
import type { Person } from '../accounts/index.ts';
import type { Attachments } from './attachments.ts';
import { contentDisposition } from './file-name.ts';

type Deps = {
  attachments: Attachments;
  requirePerson(request: FastifyRequest): Promise<Person>;
  /** The same, for people who may upload files. */
  requireUploader(request: FastifyRequest): Promise<Person>;
  /** The origin of addresses given to this caller. */
  originOf(request: FastifyRequest): string;
  limit: LimitPolicy;
};

/** The routes for the bytes of attachments: uploads by either strategy, downloads for the owner. */
export function registerAttachmentRoutes(app: FastifyInstance, deps: Deps): void {
  app.register(async (scope) => registerPut(scope, deps));
  app.register(async (scope) => registerDirect(scope, deps));
  registerReading(app, deps, 'content');
  registerReading(app, deps, 'preview');
}

function registerPut(app: FastifyInstance, { attachments, requireUploader, limit }: Deps): void {
  // The handler with the limit reads the body, whatever its type: a JSON file is no request in JSON.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.withTypeProvider<ZodTypeProvider>().route({
    ...optionsOf(attachmentRoutes.putBytes),
    config: { limit },
    handler: async (request, reply) => {
      const { id } = request.params;
      const { ticket = '' } = request.query;
      const length = request.headers['content-length'];
      await attachments.receiveUpload({
        id,
        ticket,
        personId: (await personIfAny(request, requireUploader))?.id,
        contentType: request.headers['content-type'] ?? '',
        contentLength: length === undefined ? undefined : Number(length),
        body: request.raw,
      });
      return reply.code(204).send();
    },
  });
}

async function registerDirect(
  app: FastifyInstance,
  { attachments, requireUploader, originOf, limit }: Deps,
): Promise<void> {
  const { maxBytes } = attachments;
  await app.register(multipart, {
    // One byte more than allowed, so that our own check reports the limit.
    limits: { fileSize: maxBytes + 1, files: 1, fields: 0, parts: 1, headerPairs: 20 },
    throwFileSizeLimit: false,
  });
  app.withTypeProvider<ZodTypeProvider>().route({
    ...optionsOf(attachmentRoutes.upload),
    config: { limit },
    bodyLimit: maxBytes + 64 * 1024,
    handler: async (request) => {
      const person = await requireUploader(request);
      if (!request.isMultipart())
        throw new AppError('unsupported_media_type', 'Send the file as multipart/form-data, in the field "file".');
      const part = await request.file().catch((cause) => {
        throw new AppError('bad_request', 'Send one file, in the field "file", and nothing else.', { cause });
      });
      if (part?.fieldname !== 'file') {
        part?.file.resume();
        throw new AppError('bad_request', 'Send one file, in the field "file", and nothing else.');
      }
      const length = Number(request.headers['content-length']);
      const atMost = Number.isNaN(length) ? undefined : length;
      const file = { name: part.filename, mime_type: part.mimetype, body: part.file, atMost };
      try {
        return await attachments.takeInFile(person.id, file, originOf(request));
      } finally {
        part.file.resume();
      }
    },
  });
}

function registerReading(app: FastifyInstance, deps: Deps, part: 'content' | 'preview'): void {
  const { attachments, requirePerson, limit } = deps;
  app.withTypeProvider<ZodTypeProvider>().route({
    ...optionsOf(attachmentRoutes[part]),
    config: { limit },
    handler: async (request, reply) => {
      const { id } = request.params;
      const { ticket } = request.query;
      const byTicket = ticket === undefined ? null : await attachments.findFileByTicket(ticket, id, part);
      const file = byTicket ?? (await attachments.findOwnFile((await requirePerson(request)).id, id, part));
      const { size, stream } = await attachments.openFile(file);
      protect(reply, byTicket !== null);
      reply.header('content-disposition', contentDisposition(part === 'preview' ? 'inline' : 'attachment', file.name));
      reply.header('content-length', size);
      return reply.type(file.mimeType).send(stream);
    },
  });
}

/** A file comes from a person: nothing in it may ever run, or be read, as if it came from this server. */
function protect(reply: FastifyReply, byTicket: boolean): void {
  reply.headers({
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    // An address with a ticket also serves pages of other sites. Without a ticket, such a page could use the visitor's
    // cookie.
    'cross-origin-resource-policy': byTicket ? 'cross-origin' : 'same-origin',
    'cache-control': 'private, max-age=3600',
  });
}

/** The signed-in person, if the request names one. */
async function personIfAny(request: FastifyRequest, requirePerson: Deps['requirePerson']): Promise<Person | undefined> {
  if (!request.headers.authorization && !request.headers.cookie) return undefined;
  try {
    return await requirePerson(request);
  } catch (error) {
    if (error instanceof AppError && error.code === 'unauthorized') return undefined;
    throw error;
  }
}
