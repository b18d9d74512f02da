import type { Bus, BusHandler } from '../../../platform/bus/index.ts';

export type Random = () => number;

/** Random numbers from a seed, in [0, 1): mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * One process' end of a faulty bus. Messages come late, twice, out of order, or not at all (then with a gap, as from a bus
 * that lost its connection), and numbers of events are wrong at first.
 */
export function faultyBus(inner: Bus, random: Random): Bus {
  const hear = (handler: BusHandler, text: string) => {
    const fate = random();
    const late = () => setTimeout(() => handler.message(text), random() * 15);
    if (fate < 0.45) handler.message(text);
    else if (fate < 0.65) late();
    else if (fate < 0.75) {
      handler.message(text);
      late();
    } else if (fate < 0.9) {
      handler.message(lieAbout(text, random));
      late();
    } else setTimeout(() => handler.gap?.(), random() * 15);
  };
  return {
    ...inner,
    subscribe: (channel, handler) => inner.subscribe(channel, { ...handler, message: (text) => hear(handler, text) }),
  };
}

/** Replaces the number of an event by a former one, a later one, or one that is far away. */
function lieAbout(text: string, random: Random): string {
  const message = JSON.parse(text) as { kind: string; n: number };
  if (message.kind !== 'event') return text;
  const lies = [Math.max(1, message.n - 2), message.n + 1, message.n + 1_000_000, Number.MAX_SAFE_INTEGER];
  return JSON.stringify({ ...message, n: lies[Math.floor(random() * lies.length)] });
}
