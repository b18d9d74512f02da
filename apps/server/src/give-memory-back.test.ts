import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('an idle process gives back what a busy time took, and a busy one is left alone', () => {
  const script = `
    import { giveMemoryBackWhenIdle } from ${JSON.stringify(join(import.meta.dirname, 'give-memory-back.ts'))};
    import { getHeapStatistics } from 'node:v8';
    const heap = () => getHeapStatistics().total_heap_size / 1e6;
    const work = () => Array.from({ length: 90 }, () => Array.from({ length: 40_000 }, (_, i) => ({ i })));
    giveMemoryBackWhenIdle(300);
    const whileBusy = new Promise((resolve) => setTimeout(resolve, 800));
    let kept = work();
    const busy = setInterval(() => { for (const until = performance.now() + 30; performance.now() < until; ); }, 40);
    await whileBusy;
    const peak = heap();
    kept = undefined;
    await new Promise((resolve) => setTimeout(resolve, 800));
    const stillBusy = heap();
    clearInterval(busy);
    for (let wait = 0; wait < 100 && heap() > peak / 2; wait++) await new Promise((resolve) => setTimeout(resolve, 100));
    console.log(JSON.stringify({ peak, stillBusy, idle: heap() }));
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const { peak, stillBusy, idle } = JSON.parse(output) as { peak: number; stillBusy: number; idle: number };
  expect(peak).toBeGreaterThan(100);
  expect(stillBusy).toBeGreaterThan(peak / 2);
  expect(idle).toBeLessThan(peak / 2);
}, 60_000);
