import { z } from 'zod';
import { media, route } from './route.ts';

const params = z.object({ id: z.string().min(1).max(200) });
const query = z.object({ ticket: z.string().max(2000).optional() });

/** A file in the shape of ChatKit. */
const attachment = z.discriminatedUnion('type', [
  z.object({ id: z.string(), name: z.string(), mime_type: z.string(), type: z.literal('file') }),
  z.object({
    id: z.string(),
    name: z.string(),
    mime_type: z.string(),
    type: z.literal('image'),
    /** Opens the preview for a few minutes. */
    preview_url: z.string(),
  }),
]);
export type UploadedFile = z.infer<typeof attachment>;

const uploadErrors = [
  'attachment_invalid',
  'forbidden',
  'payload_too_large',
  'rate_limited',
  'storage_full',
  'unsupported_media_type',
] as const;

/** The bytes of attachments: two ways to upload them, and the download for their owner. */
export const attachmentRoutes = {
  upload: route({
    method: 'POST',
    path: '/api/attachments',
    caller: 'session',
    tag: 'Attachments',
    summary: 'Upload a file in one request',
    description: 'The file is the field `file` of a `multipart/form-data` body.',
    body: media('multipart/form-data', 'One file, in the field `file`.', 'file'),
    answers: { 200: attachment },
    errors: ['bad_request', ...uploadErrors],
  }),
  putBytes: route({
    method: 'PUT',
    path: '/api/attachments/:id/upload',
    caller: 'ticket',
    tag: 'Attachments',
    summary: 'Upload the bytes of an announced file',
    description: 'The address comes from `attachments.create` of the ChatKit protocol, with its `ticket`.',
    params,
    query,
    body: media('*/*', 'The bytes of the file, with the media type that was announced.'),
    answers: { 204: null },
    errors: ['conflict', 'not_found', ...uploadErrors],
  }),
  content: route({
    method: 'GET',
    path: '/api/attachments/:id/content',
    caller: 'session-or-ticket',
    tag: 'Attachments',
    summary: 'Download a file',
    params,
    query,
    answers: { 200: media('*/*', 'The bytes of the file, as they were uploaded.') },
    errors: ['forbidden', 'not_found'],
  }),
  preview: route({
    method: 'GET',
    path: '/api/attachments/:id/preview',
    caller: 'session-or-ticket',
    tag: 'Attachments',
    summary: 'Download a small version of an image',
    params,
    query,
    answers: { 200: media('image/*', 'A small image.') },
    errors: ['forbidden', 'not_found'],
  }),
};
