import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Growth that is worth a pause of some 50 ms. */
const worthBytes = 64 * 1024 * 1024;
/** A busier process is not idle: people would notice the pause, and the memory is needed again at once. */
const idleUtilization = 0.05;

/**
 * Returns memory that V8 would keep, whenever the process has been idle for a while. Starting makes some 70 MB of garbage
 * (sources, parse trees), and a busy hour far more; V8 collects when it needs room, and an idle server needs none.
 * Measured: 175 MB resident after the start, 132 MB afterwards.
 */
export function giveMemoryBackWhenIdle(everyMs: number): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  let kept = 0;
  let last = performance.eventLoopUtilization();
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    // The first time always, for the garbage of the start.
    const grown = getHeapStatistics().total_heap_size - kept;
    if (utilization > idleUtilization || (kept > 0 && grown < worthBytes)) return;
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    kept = getHeapStatistics().total_heap_size;
  }, everyMs).unref();
}
