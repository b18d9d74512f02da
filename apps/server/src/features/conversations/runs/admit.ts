import { AppError } from '../../../errors.ts';
import { createPlaces } from '../../../platform/limits/index.ts';
import type { LiveRun } from './live-run.ts';

/** Limits the answers in flight, for one person and for all. */
export function createAdmission({ perPerson, perProcess }: { perPerson: number; perProcess: number }) {
  const places = createPlaces({ each: perPerson, all: perProcess });
  /** Frees the place of a run, from the moment it is admitted. */
  const releases = new Map<LiveRun, () => void>();
  /** Admitted runs whose claim is not decided yet, and the calls that wait for that. */
  const entering = new Set<LiveRun>();
  let deciding: (() => void)[] = [];

  const decided = (run: LiveRun) => {
    if (!entering.delete(run)) return;
    const waiting = deciding;
    deciding = [];
    for (const resolve of waiting) resolve();
  };

  return {
    /**
     * Gives the run one of the places, or throws `too_many_answers`.
     *
     * It takes the place before it waits for anything: of a hundred requests at the same moment, none too many gets
     * through. And no run is refused because of another that may itself be refused, such as a second question in a busy
     * conversation.
     */
    async admit(run: LiveRun): Promise<void> {
      for (;;) {
        const place = places.take(run.personId);
        if (typeof place !== 'string') {
          releases.set(run, place);
          entering.add(run);
          return;
        }
        const open = place === 'all' ? entering.size > 0 : [...entering].some((one) => one.personId === run.personId);
        if (!open) throw tooMany(place, perPerson);
        await new Promise<void>((resolve) => deciding.push(resolve));
      }
    },
    /** The claim of the run succeeded or was refused. */
    decided,
    /** Frees the run's place for another. */
    leave(run: LiveRun): void {
      releases.get(run)?.();
      releases.delete(run);
      decided(run);
    },
  };
}

function tooMany(bound: 'key' | 'all', perPerson: number): AppError {
  const message =
    bound === 'key'
      ? `At most ${perPerson} answers are written for you at once. Wait until one has ended, or stop one.`
      : 'The server is writing as many answers as it can. Try again shortly.';
  return new AppError('too_many_answers', message, { retryAfter: 2 });
}
