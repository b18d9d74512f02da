export { toHex } from './theme/hex.ts';
export { readTokens, type Token } from './theme/read-tokens.ts';
