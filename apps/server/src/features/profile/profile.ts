import type { ProfileDeps } from './deps.ts';
import { exportPerson } from './export-person.ts';
import { measureStorage } from './measure-storage.ts';
import { removePerson } from './remove-person.ts';

export type Profile = ReturnType<typeof createProfile>;

/** What spans all that the server holds about one person: what it takes, taking it along, and leaving. */
export function createProfile(deps: ProfileDeps) {
  return {
    measureStorage: measureStorage(deps),
    exportPerson: exportPerson(deps),
    removePerson: removePerson(deps),
  };
}
