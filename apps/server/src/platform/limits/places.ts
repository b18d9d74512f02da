/** Limits what is in use at once, for each key and in all. In this process alone. */
export type Places = {
  /** Frees the place, once; or which of the two bounds is reached. */
  take(key: string): (() => void) | 'key' | 'all';
};

/** Counting is synchronous: however many callers come at the same time, none too many gets in. */
export function createPlaces(most: { each: number; all?: number }): Places {
  const { each, all = Number.POSITIVE_INFINITY } = most;
  const taken = new Map<string, number>();
  let total = 0;
  return {
    take(key) {
      const own = taken.get(key) ?? 0;
      if (own >= each) return 'key';
      if (total >= all) return 'all';
      taken.set(key, own + 1);
      total++;
      let isReleased = false;
      return () => {
        if (isReleased) return;
        isReleased = true;
        total--;
        const left = taken.get(key)! - 1;
        if (left === 0) taken.delete(key);
        else taken.set(key, left);
      };
    },
  };
}
