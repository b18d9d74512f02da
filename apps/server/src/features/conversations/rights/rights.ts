/**
 * Who may do what in a conversation: the one table.
 *
 * A statement carries the right it needs as a fragment of SQL, so it can neither read nor change what the person has no right
 * to; "not a member" cannot be told from "not there". Whoever may read and not do it is refused with `forbidden`.
 */
export const roles = ['owner', 'admin', 'moderator', 'member', 'agent', 'visitor'] as const;
export type Role = (typeof roles)[number];

const everyone: readonly Role[] = roles;
const people: readonly Role[] = ['owner', 'admin', 'moderator', 'member', 'visitor'];
const staff: readonly Role[] = ['owner', 'admin', 'moderator'];
const administrators: readonly Role[] = ['owner', 'admin'];
const owner: readonly Role[] = ['owner'];

const mayDo = {
  /** See it, follow it, be told of it. */
  read: everyone,
  /** Add an item, and change or remove one's own. */
  say: everyone,
  react: everyone,
  /** Have an agent answer, and stop one's own answers. */
  ask: people,
  /** Stop an answer that somebody else asked for. */
  stop: [...staff, 'member'],
  /** Change title, status and the like. */
  rename: [...administrators, 'moderator'],
  pin: staff,
  /** Remove or change what others said. */
  moderate: staff,
  add_member: [...staff, 'member'],
  remove_member: staff,
  ban: staff,
  set_role: administrators,
  hand_over: owner,
  leave: everyone,
  /** Remove all of it, for everybody. */
  delete: owner,
} as const satisfies Record<string, readonly Role[]>;

export type Verb = keyof typeof mayDo;
export const verbs = Object.keys(mayDo) as Verb[];

export const isAllowed = (role: Role, verb: Verb): boolean => (mayDo[verb] as readonly Role[]).includes(role);

/** Where `$1` is the conversation and `$2` the person: whether the person may do this. */
export const may = (verb: Verb): string =>
  `EXISTS (SELECT 1 FROM members m WHERE m.conversation_id = $1 AND m.person_id = $2${isRole(verb)})`;

const isRole = (verb: Verb): string =>
  mayDo[verb].length === roles.length ? '' : ` AND m.role IN (${mayDo[verb].map((role) => `'${role}'`).join(', ')})`;
