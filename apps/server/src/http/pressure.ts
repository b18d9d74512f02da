import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors.ts';

const sampleMs = 1000;
/** At this average delay over a second, a new request would wait too long. */
const mostDelayMs = 2000;
/** The resolution of the measurement, which is part of the measured delay. */
const resolutionMs = 10;

/**
 * Refuses requests with 503 while the event loop cannot keep up. It checks nothing else: `@fastify/under-pressure` also
 * reads the memory each second, and that call throws where a process has no file descriptor left.
 */
export function refuseUnderPressure(app: FastifyInstance): void {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let delayMs = 0;
  const sampling = setInterval(() => {
    // NaN when not even one timer fired.
    const mean = histogram.mean / 1e6;
    delayMs = Number.isNaN(mean) ? Number.POSITIVE_INFINITY : mean - resolutionMs;
    histogram.reset();
  }, sampleMs).unref();
  app.addHook('onClose', async () => {
    clearInterval(sampling);
    histogram.disable();
  });
  app.addHook('onRequest', async () => {
    if (delayMs > mostDelayMs)
      throw new AppError('stopping', 'The server has too much to do. Try again shortly.', { retryAfter: 5 });
  });
}
