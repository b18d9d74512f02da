export { createHosted, type Hosted } from './hosted.ts';
