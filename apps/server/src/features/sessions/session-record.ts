/** What is known of a session, but for its token. */
export type SessionRecord = {
  id: string;
  personId: string;
  workflowId: string;
  fileUpload: boolean;
  createdAt: Date;
  expiresAt: Date;
};
