export { type ChatKit, createChatKit } from './chatkit.ts';
export type { ChatKitContext } from './context.ts';
export { interruption } from './interruption.ts';
export { type AttachmentRows, PostgresStore } from './postgres-store.ts';
export { searchTextOf } from './search-text.ts';
export type { Responder } from './server.ts';
