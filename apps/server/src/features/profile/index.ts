export { createProfile, type Profile } from './profile.ts';
export type { Fate } from './remove-person.ts';
