import { newSecret } from '../accounts/index.ts';

/** How long a ChatKit session and its cookie live. */
export const lifeMs = 30 * 86_400_000;

const shape = /^cks_[\w-]{43}$/;

/** The token of a new ChatKit session. Only its hash is stored. */
export const newToken = (): string => `cks_${newSecret()}`;
export const isToken = (text: string): boolean => shape.test(text);
