export { createFastifyHandler, type FastifyLikeReply, type FastifyLikeRequest } from './fastify-handler.ts';
export { createFetchHandler } from './fetch-handler.ts';
export { createNodeHandler, type MountOptions, type Processes } from './node-handler.ts';
