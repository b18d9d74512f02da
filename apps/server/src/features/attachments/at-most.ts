/** Runs at most this many pieces of work at once; the others wait their turn. */
export function atMost(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= count) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // The next in line gets the place directly; it is never free in between.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
