import { type Registry, registerReading } from '../telemetry/registry.ts';
import type { Bus } from './bus.ts';

export function registerBusMetrics(registry: Registry, bus: Pick<Bus, 'health' | 'lagSeconds'>): void {
  registerReading(registry, 'causerie_bus_up', '1 while other processes hear this one, else 0.', () =>
    bus.health() === 'up' ? 1 : 0,
  );
  registerReading(
    registry,
    'causerie_bus_lag_seconds',
    'How long the last probe took from this process over Redis and back; 0 for a server of one process.',
    () => bus.lagSeconds(),
  );
}
