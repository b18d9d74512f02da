import { LRUCache } from 'lru-cache';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from '../platform/telemetry/registry.ts';

/** A person counts as active for this long after a request. */
const activeMs = 5 * 60_000;
/** The most people that are counted apart; beyond it the oldest are dropped, since a metric must not use unbounded memory. */
const mostPeople = 100_000;

const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export type HttpMetrics = ReturnType<typeof createHttpMetrics>;

/** Metrics of requests, streams, and active people. */
export function createHttpMetrics(registry: Registry, now: () => number = () => performance.now()) {
  const registers = [registry];
  const requests = new Counter({
    name: 'getlood_requests_total',
    help: 'HTTP requests answered. endpoint is the template of the route, status 499 a caller who left before the answer.',
    labelNames: ['method', 'endpoint', 'status'],
    registers,
  });
  const requestDuration = new Histogram({
    name: 'getlood_request_duration_seconds',
    help: 'From the first byte of a request to the end of its answer; of a stream, to the end of the stream.',
    labelNames: ['endpoint'],
    buckets: requestSeconds,
    registers,
  });
  const streams = new Gauge({
    name: 'causerie_streams_open',
    help: 'Event streams being written: answers to whoever asked, feeds that follow a thread, and live sockets.',
    labelNames: ['kind'],
    registers,
  });
  // `maxSize`, since a list of `max` entries is allocated at once. `1 + now()`, since the cache takes a start of 0 for
  // none.
  const seen = new LRUCache<string, true>({
    maxSize: mostPeople,
    sizeCalculation: () => 1,
    ttl: activeMs,
    ttlResolution: 0,
    perf: { now: () => 1 + now() },
  });
  new Gauge({
    name: 'getlood_active_users',
    help: 'People whose requests this process answered in the last five minutes.',
    registers,
    collect() {
      seen.purgeStale();
      this.set(seen.size);
    },
  });
  return {
    /** Counts a finished request. `endpoint` is the route's template, never the address: addresses hold any number of ids. */
    countRequest(method: string, endpoint: string, status: number, seconds: number): void {
      requests.inc({ method, endpoint, status });
      requestDuration.observe({ endpoint }, seconds);
    },
    /** Counts an open stream. Call the returned function when it ends. */
    countStream(kind: 'answer' | 'feed' | 'socket'): () => void {
      streams.inc({ kind });
      return () => streams.dec({ kind });
    },
    /** Counts a person as active. */
    countPerson(id: string): void {
      seen.set(id, true);
    },
  };
}
