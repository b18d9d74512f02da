import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export type { Registry } from 'prom-client';

/**
 * The metrics of this process, which Prometheus reads at `/metrics`. Each part registers its own (`metrics.ts`); the event
 * loop's delay, memory, processor time, open files and garbage collection exist from the start. Names that begin with
 * `getlood_` and `chatkit_` belong to the systems that this server replaces, so that their dashboards keep working;
 * `causerie_` are our own. Update no metric for each token.
 */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** A gauge that is read on request; where the value is null, the last one is reported. */
export function registerReading(registry: Registry, name: string, help: string, read: () => number | null): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      if (value !== null) this.set(value);
    },
  });
}
