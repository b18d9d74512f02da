/** What is known of a session, but for its token. */
export type SessionRecord = {
  id: string;
  personId: string;
  /** The session that made this one, with which it ends. */
  sessionId: string;
  workflowId: string;
  fileUpload: boolean;
  createdAt: Date;
  expiresAt: Date;
};
