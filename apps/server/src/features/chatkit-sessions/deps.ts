import type { Person } from '../accounts/index.ts';
import type { SessionMetrics } from './metrics.ts';
import type { ChatKitSessionStore } from './session-store.ts';

/** What the use cases of ChatKit sessions work with. */
export type ChatKitSessionDeps = {
  store: ChatKitSessionStore;
  /** Finds the person, while the session they signed in with stands. */
  personInSession(personId: string, sessionId: string): Promise<Person | undefined>;
  metrics: SessionMetrics;
  now(): number;
};
