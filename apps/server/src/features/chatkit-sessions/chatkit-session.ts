/** What is known of a ChatKit session, but for its token. */
export type ChatKitSession = {
  id: string;
  personId: string;
  /** The session that made this one, with which it ends. */
  sessionId: string;
  workflowId: string;
  fileUpload: boolean;
  createdAt: Date;
  expiresAt: Date;
};
