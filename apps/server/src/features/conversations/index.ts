export { type Conversations, createConversations } from './conversations.ts';
export type { Following, Reader } from './feed/follow.ts';
export type { InboxOutput, InboxPage, InboxReader, OpenInbox } from './feed/inbox.ts';
export type { InboxEntry } from './feed/queries.ts';
export type { Signal, SignalType } from './feed/signals.ts';
export type { FeedOutput, Wire } from './feed/tail.ts';
export type { SavedConversation } from './log/queries.ts';
export { registerRunMetrics } from './metrics.ts';
export { isAllowed, type Role, roles, type Verb } from './rights/rights.ts';
export { LiveRun, type RunListener, type RunOutput, type RunSignal } from './runs/live-run.ts';
export type { RunResult } from './runs/recover.ts';
export type {
  Conversation,
  ConversationKind,
  EventType,
  Found,
  Item,
  LogEvent,
  NewItem,
  Page,
  PageRequest,
  PendingItem,
  RequestKey,
  RunState,
  StopReason,
  StoredItem,
  Unfinished,
} from './types.ts';
