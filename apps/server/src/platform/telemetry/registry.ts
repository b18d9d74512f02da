import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export type { Registry } from 'prom-client';

/**
 * The figures of this process, which Prometheus asks for at `/metrics`. Each part registers its own (`metrics.ts`); the event
 * loop's delay, memory, processor time, open files and garbage collection are there from the start. Names that begin with
 * `getlood_` and `chatkit_` are those of the systems this server takes the place of, so that their dashboards go on;
 * `causerie_` are our own. No figure may be changed for each token.
 */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** A figure that is read when the figures are asked for; where it is null, what was read last holds. */
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
