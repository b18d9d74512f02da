/**
 * Who may do what in a conversation: the one table.
 *
 * A statement carries the right it needs as a fragment of SQL, so it can neither read nor change what the person has no
 * right to; "not a member" looks the same as "not there". A member who may read but lacks the right is refused with
 * `forbidden`.
 */
export const roles = ['owner', 'admin', 'moderator', 'member', 'agent', 'visitor'] as const;
export type Role = (typeof roles)[number];

const everyone: readonly Role[] = roles;
const people: readonly Role[] = ['owner', 'admin', 'moderator', 'member', 'visitor'];
const staff: readonly Role[] = ['owner', 'admin', 'moderator'];
const administrators: readonly Role[] = ['owner', 'admin'];
const owner: readonly Role[] = ['owner'];

const mayDo = {
  /** See it, follow it, receive its events. */
  read: everyone,
  /** Add an item, and change or remove one's own. */
  say: everyone,
  react: everyone,
  /** Start an agent's answer, and stop one's own answers. */
  ask: people,
  /** Stop an answer that another member asked for. */
  stop: [...staff, 'member'],
  /** Change title, status and the like. */
  rename: [...administrators, 'moderator'],
  pin: staff,
  /** Remove or change other people's items. */
  moderate: staff,
  add_member: [...staff, 'member'],
  remove_member: staff,
  ban: staff,
  set_role: administrators,
  hand_over: owner,
  leave: everyone,
  /** Delete it for everyone. */
  delete: owner,
} as const satisfies Record<string, readonly Role[]>;

export type Verb = keyof typeof mayDo;
export const verbs = Object.keys(mayDo) as Verb[];

export const isAllowed = (role: Role, verb: Verb): boolean => (mayDo[verb] as readonly Role[]).includes(role);

/** SQL, with the conversation as `$1` and the person as `$2`: whether the person may do this. */
export const may = (verb: Verb): string =>
  `EXISTS (SELECT 1 FROM members m WHERE m.conversation_id = $1 AND m.person_id = $2${isRole(verb)})`;

const isRole = (verb: Verb): string =>
  mayDo[verb].length === roles.length ? '' : ` AND m.role IN (${mayDo[verb].map((role) => `'${role}'`).join(', ')})`;
