export { addressKey } from './address.ts';
export { createLimits, type Limits } from './limits.ts';
export { createPlaces, type Places } from './places.ts';
export { type LimitPolicies, type LimitPolicy, limitPolicies } from './policies.ts';
