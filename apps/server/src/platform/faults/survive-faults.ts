import { AsyncLocalStorage } from 'node:async_hooks';

/** Called with a fault that belongs to a piece of work: the work is over, and the callers that wait for it must learn that. */
type Fail = (fault: unknown) => void;

const work = new AsyncLocalStorage<Fail>();

/** Runs a piece of work: a fault that escapes every handler in it, timers and sockets included, goes to `fail`. */
export const asWork = <T>(fail: Fail, run: () => T): T => work.run(fail, run);

/**
 * The last resort of the process. An error in an event handler, or an unhandled rejection, would end the process and with
 * it all answers in flight, though it belongs to one request or one run. Node keeps the context in which the fault arose,
 * so only that piece of work fails; a fault without a context is logged.
 */
export function surviveFaults(log: { error(details: object, message: string): void }): void {
  const survive = (fault: unknown) => {
    const fail = work.getStore();
    const message = fail ? 'a fault escaped: its piece of work is failed' : 'a fault escaped that belongs to no work';
    log.error({ err: fault }, message);
    try {
      fail?.(fault);
    } catch (error) {
      log.error({ err: error }, 'a piece of work could not be failed');
    }
  };
  process.on('uncaughtException', survive);
  process.on('unhandledRejection', survive);
}
