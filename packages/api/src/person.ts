import { z } from 'zod';
import { role } from './fields.ts';

/** The person who is signed in. */
export const person = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  /** A BCP 47 language tag. */
  locale: z.string(),
  /** True when a second factor is asked for at sign-in. */
  two_factor: z.boolean(),
  /** True after an administrator gave a temporary password: nothing else works until it is changed. */
  must_change_password: z.boolean(),
});
export type Person = z.infer<typeof person>;

/** A session: where somebody is signed in. Dates are ISO 8601 in UTC. */
export const session = z.object({
  id: z.string(),
  /** `program`: bearer tokens. `chatkit`: opens the chat only, for another page; ends with the session that made it. */
  kind: z.enum(['browser', 'program', 'chatkit']),
  /** True for the session that asks. */
  current: z.boolean(),
  created_at: z.string(),
  last_seen_at: z.string(),
  expires_at: z.string(),
  /** The browser's own words, possibly empty. */
  user_agent: z.string(),
  /** The address it began from, possibly empty. */
  ip: z.string(),
});
export type Session = z.infer<typeof session>;

export const sessionList = z.object({ data: z.array(session) });
