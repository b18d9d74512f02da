export { addressKey } from './address.ts';
export { createLimits, type LimitPolicy, type Limits } from './limits.ts';
export { createPlaces, type Places } from './places.ts';
