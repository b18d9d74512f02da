import { expect, it } from 'vitest';
import { createRegistry } from '../../platform/telemetry/registry.ts';
import { createSessionMetrics, type SessionCounts } from './metrics.ts';

it('a database that is away or slow costs the figures nothing: what was read last holds', async () => {
  let looks = 0;
  let read: () => Promise<SessionCounts> = async () => ({ created: { wf_1: 3 }, active: 1 });
  const registry = createRegistry();
  const metrics = createSessionMetrics(registry, () => {
    looks++;
    return read();
  });
  metrics.countCreation(0.2);
  const figures = async () => (await registry.metrics()).split('\n').filter((line) => line.startsWith('chatkit_'));
  const before = await figures();
  expect(before).toContain('chatkit_sessions_created_total{workflow_id="wf_1"} 3');
  expect(before).toContain('chatkit_active_sessions 1');
  expect(before).toContain('chatkit_session_duration_seconds_count 1');
  expect(looks).toBe(1);
  for (const trouble of [() => Promise.reject(new Error('away')), () => new Promise<never>(() => {})]) {
    read = trouble;
    expect(await figures()).toEqual(before);
  }
  read = async () => ({ created: { wf_1: 4 }, active: 0 });
  const after = await figures();
  expect(after).toContain('chatkit_sessions_created_total{workflow_id="wf_1"} 4');
  expect(after).toContain('chatkit_active_sessions 0');
});
