export { createPublicConfig } from './public-config.ts';
