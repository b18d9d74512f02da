export { type ChatKit, createChatKit } from './chatkit.ts';
export type { ChatKitContext } from './context.ts';
export { createAnswerMetrics } from './metrics.ts';
export { type AttachmentRows, PostgresStore } from './postgres-store.ts';
export { searchTextOf } from './search-text.ts';
export type { Responder } from './server.ts';
export { toThreadItem as presentItem } from './thread-rows.ts';
export { unfinished } from './unfinished.ts';
