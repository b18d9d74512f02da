import { type Registry, registerReading } from '../../platform/telemetry/registry.ts';

export function registerRunMetrics(registry: Registry, runs: { readonly count: number }): void {
  registerReading(registry, 'causerie_answers_running', 'Answers this process is writing.', () => runs.count);
}
