/** A ChatKit session, without its token. */
export type ChatKitSession = {
  id: string;
  personId: string;
  /** The session that made this one, and whose end ends it. */
  sessionId: string;
  workflowId: string;
  fileUpload: boolean;
  createdAt: Date;
  expiresAt: Date;
};
