export type { Bus, BusHandler } from './bus.ts';
export { createMemoryBus } from './memory.ts';
export { registerBusMetrics } from './metrics.ts';
