import { Counter } from 'prom-client';
import type { Registry } from '../telemetry/registry.ts';

/** Counts runs of jobs by how they end. */
export function createJobMetrics(registry: Registry) {
  const runs = new Counter({
    name: 'causerie_jobs_total',
    help: 'Runs of scheduled jobs, by job and by how they ended.',
    labelNames: ['job', 'state'],
    registers: [registry],
  });
  /** The same work, with each of its runs counted. */
  return (job: string, work: () => Promise<void>): (() => Promise<void>) => {
    for (const state of ['done', 'failed']) runs.inc({ job, state }, 0);
    return async () => {
      try {
        await work();
        runs.inc({ job, state: 'done' });
      } catch (error) {
        runs.inc({ job, state: 'failed' });
        throw error;
      }
    };
  };
}
