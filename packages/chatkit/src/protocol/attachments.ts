import { z } from 'zod';

/** Where and how the client sends the bytes, in the two-phase upload. POST is multipart (field `file`), PUT the bytes. */
export const uploadDescriptorSchema = z.object({
  url: z.string(),
  method: z.enum(['POST', 'PUT']),
  headers: z.record(z.string(), z.string()).default(() => ({})),
});

const attachmentBase = {
  id: z.string(),
  name: z.string(),
  mime_type: z.string(),
  upload_descriptor: uploadDescriptorSchema.optional(),
  thread_id: z.string().optional(),
  /** The application's own data: kept in the store, never sent to a client. */
  metadata: z.record(z.string(), z.unknown()).optional(),
};

export const fileAttachmentSchema = z.object({ ...attachmentBase, type: z.literal('file') });
export const imageAttachmentSchema = z.object({ ...attachmentBase, type: z.literal('image'), preview_url: z.string() });
export const attachmentSchema = z.discriminatedUnion('type', [fileAttachmentSchema, imageAttachmentSchema]);

export type UploadDescriptor = z.infer<typeof uploadDescriptorSchema>;
export type FileAttachment = z.infer<typeof fileAttachmentSchema>;
export type ImageAttachment = z.infer<typeof imageAttachmentSchema>;
export type Attachment = z.infer<typeof attachmentSchema>;
