export type { OutboundClient } from './create-client.ts';
export { createOutbound, type Outbound, type OutboundUse } from './create-outbound.ts';
export { OutboundError, type OutboundFailure } from './outbound-error.ts';
