/** What one request about files needs to know. */
export type AttachmentContext = {
  person: { id: string };
  /** The session it was asked in, with which the addresses of uploads end. */
  sessionId: string;
  /** What addresses given to this client begin with, such as `https://chat.example`. */
  origin: string;
};
