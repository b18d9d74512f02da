export { mostWaiting } from './connections.ts';
export { requireContract } from './contract.ts';
export { createHttp, type Http, type HttpParts } from './create-http.ts';
export { createGuard, type RequireSession } from './guard.ts';
export { remembered } from './health.ts';
export { registerLimits } from './limits.ts';
export { createHttpMetrics } from './metrics.ts';
export { settleRequests } from './settle-requests.ts';
export { stopListening } from './stop-listening.ts';
