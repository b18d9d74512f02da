import type { IncomingHttpHeaders } from 'node:http';
import type { OutboundClient } from '../../platform/outbound/index.ts';
import type { Person } from '../accounts/index.ts';
import type { HostedQueries } from './queries.ts';

/** The dependencies of hosted ChatKit's use cases. */
export type HostedDeps = {
  /** The address of hosted ChatKit, without a trailing slash. */
  url: string;
  apiKey: string | undefined;
  workflow: string | undefined;
  queries: HostedQueries;
  fetch: OutboundClient['fetch'];
  /** Finds the signed-in person by the session cookie. */
  personOf(headers: IncomingHttpHeaders): Promise<{ must_change_password: boolean } | undefined>;
  /** Finds the person, while their session is valid. */
  personInSession(personId: string, sessionId: string): Promise<Person | undefined>;
  now(): number;
};
