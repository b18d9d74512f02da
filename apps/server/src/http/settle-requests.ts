import type { Server } from 'node:http';

/** Counts a server's requests in flight. The returned function waits until there are none, at most so many milliseconds. */
export function settleRequests(server: Server): (patienceMs: number) => Promise<void> {
  let inFlight = 0;
  let settled = () => {};
  server.on('request', (_request, response) => {
    inFlight++;
    response.once('close', () => {
      if (--inFlight === 0) settled();
    });
  });
  return async (patienceMs) => {
    if (inFlight === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    settled = resolve;
    const late = setTimeout(resolve, patienceMs);
    await promise;
    clearTimeout(late);
  };
}
