import type { Attachment, AttachmentStore, AudioInput } from '@causerie/chatkit';
import type { Tracing } from '../../platform/telemetry/tracing.ts';
import type { Conversations } from '../conversations/index.ts';
import type { ChatKitContext } from './context.ts';
import type { AnswerMetrics } from './metrics.ts';
import { type AttachmentRows, PostgresStore } from './postgres-store.ts';
import { CauserieChatKitServer, type Responder } from './server.ts';

/** The interface of the file store that ChatKit uses. */
export type ChatKitAttachments = {
  rows: AttachmentRows;
  store: AttachmentStore<ChatKitContext>;
  /** Throws when a message may not carry these files. `threadId` is null for a new thread. */
  checkSendable(personId: string, ids: readonly string[], threadId: string | null): Promise<void>;
  /** Returns an attachment with addresses that are valid for a few minutes. */
  present(attachment: Attachment, origin: string): Attachment;
  /** The address of the person's file, valid for a few minutes. */
  link(personId: string, id: string, origin: string): Promise<string>;
  /** Called after something that may have had files was deleted. */
  sweep(): void;
};

export type ChatKit = {
  conversations: Conversations;
  server: CauserieChatKitServer;
  attachments: Pick<ChatKitAttachments, 'checkSendable' | 'present' | 'link'>;
  metrics: AnswerMetrics;
  tracing: Tracing;
};

/** ChatKit on the conversation engine, answered by `responder`. */
export function createChatKit(deps: {
  conversations: Conversations;
  attachments: ChatKitAttachments;
  /** Turns speech into text; undefined where no model can. */
  transcribe?: ((audio: AudioInput) => Promise<string>) | undefined;
  responder: Responder;
  metrics: ChatKit['metrics'];
  tracing: Tracing;
  /** The most threads or items in one page. */
  maxPage?: number;
}): ChatKit {
  const store = new PostgresStore(deps.conversations, deps.attachments.rows, deps.attachments, deps.maxPage);
  const server = new CauserieChatKitServer({ ...deps, store, attachments: deps.attachments.store });
  return {
    conversations: deps.conversations,
    server,
    attachments: deps.attachments,
    metrics: deps.metrics,
    tracing: deps.tracing,
  };
}
