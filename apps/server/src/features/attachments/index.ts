export { type Attachments, createAttachments } from './attachments.ts';
export { createAttachmentRows } from './rows.ts';
