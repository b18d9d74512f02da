import { type Registry, registerReading } from '../telemetry/registry.ts';

export function registerPoolMetrics(
  registry: Registry,
  pool: { readonly totalCount: number; readonly idleCount: number; readonly waitingCount: number },
): void {
  const register = (name: string, help: string, read: () => number) => registerReading(registry, name, help, read);
  register(
    'causerie_database_connections_used',
    'Database connections at work.',
    () => pool.totalCount - pool.idleCount,
  );
  register('causerie_database_connections_idle', 'Database connections at rest.', () => pool.idleCount);
  register('causerie_database_waiting', 'Statements that wait for a connection.', () => pool.waitingCount);
}
