import type { Person } from '../accounts/index.ts';
import type { SessionMetrics } from './metrics.ts';
import type { ChatKitSessionStore } from './session-store.ts';

/** The dependencies of the ChatKit sessions' use cases. */
export type ChatKitSessionDeps = {
  store: ChatKitSessionStore;
  /** Finds the person, while the session they signed in with is valid. */
  personInSession(personId: string, sessionId: string): Promise<Person | undefined>;
  metrics: SessionMetrics;
  now(): number;
};
