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
  /** True when sign-in needs a second factor. */
  two_factor: z.boolean(),
  /** True while the password is a temporary one from an administrator. No other route works until the person changes it. */
  must_change_password: z.boolean(),
});
export type Person = z.infer<typeof person>;

/** A session of a person. Dates are ISO 8601 in UTC. */
export const session = z.object({
  id: z.string(),
  /** `program`: bearer tokens. `chatkit`: opens the chat only, for another page; ends with the session that made it. */
  kind: z.enum(['browser', 'program', 'chatkit']),
  /** True for the session that sends the request. */
  current: z.boolean(),
  created_at: z.string(),
  last_seen_at: z.string(),
  expires_at: z.string(),
  /** The browser's `User-Agent`, possibly empty. */
  user_agent: z.string(),
  /** The IP address that signed in, possibly empty. */
  ip: z.string(),
});
export type Session = z.infer<typeof session>;

export const sessionList = z.object({ data: z.array(session) });
