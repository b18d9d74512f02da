import { expect, it } from 'vitest';
import { isAllowed, roles } from '../index.ts';
import { verbs } from './rights.ts';

/** Read across: owner, admin, moderator, member, agent, visitor. A cell that changes is a decision, and changes here too. */
const table: Record<string, string> = {
  read: 'yyyyyy',
  say: 'yyyyyy',
  react: 'yyyyyy',
  ask: 'yyyy-y',
  stop: 'yyyy--',
  rename: 'yyy---',
  pin: 'yyy---',
  moderate: 'yyy---',
  add_member: 'yyyy--',
  remove_member: 'yyy---',
  ban: 'yyy---',
  set_role: 'yy----',
  hand_over: 'y-----',
  leave: 'yyyyyy',
  delete: 'y-----',
};

it.each(verbs)('says of each role whether it may %s', (verb) => {
  expect(roles.map((role) => (isAllowed(role, verb) ? 'y' : '-')).join('')).toBe(table[verb]);
});

it('has a row for each verb', () => {
  expect(Object.keys(table)).toEqual(verbs);
});
