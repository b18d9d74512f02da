import type { KeyScope } from '@causerie/api';

export type Scope = KeyScope;

/**
 * What a door asks of an API key: a scope, or nothing but that it is good (`any`). `none` takes no key: the password, second
 * factors, keys and sessions of an account are changed by its person alone.
 */
export type KeyNeeds = Scope | 'any' | 'none';
