import type { ProfileDeps } from './deps.ts';
import { exportPerson } from './export-person.ts';
import { measureStorage } from './measure-storage.ts';
import { removePerson } from './remove-person.ts';

export type Profile = ReturnType<typeof createProfile>;

/** The use cases that span all data of one person: storage, export, and removal. */
export function createProfile(deps: ProfileDeps) {
  return {
    measureStorage: measureStorage(deps),
    exportPerson: exportPerson(deps),
    removePerson: removePerson(deps),
  };
}
