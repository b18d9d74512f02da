import type { IncomingHttpHeaders } from 'node:http';
import type { OutboundClient } from '../../platform/outbound/index.ts';
import type { Person } from '../accounts/index.ts';
import type { HostedQueries } from './queries.ts';

/** What the use cases of hosted ChatKit work with. */
export type HostedDeps = {
  /** Where hosted ChatKit is, without a trailing slash. */
  url: string;
  apiKey: string | undefined;
  workflow: string | undefined;
  queries: HostedQueries;
  fetch: OutboundClient['fetch'];
  /** Finds who is signed in by what a browser sends along by itself. */
  personOf(headers: IncomingHttpHeaders): Promise<{ must_change_password: boolean } | undefined>;
  /** Finds the person, while the session lets them in. */
  personInSession(personId: string, sessionId: string): Promise<Person | undefined>;
  now(): number;
};
