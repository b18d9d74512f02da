export { createDictation } from './dictation.ts';
export { readLargeRequest } from './large-request.ts';
