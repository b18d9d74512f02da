# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
# Manifests first: a change of code does not install everything again.
COPY package.json package-lock.json .npmrc ./
COPY apps/server/package.json apps/server/
COPY apps/web/package.json apps/web/
COPY packages/api/package.json packages/api/
COPY packages/chatkit/package.json packages/chatkit/
COPY packages/chatkit-element/package.json packages/chatkit-element/
COPY packages/client/package.json packages/client/
COPY packages/widgets/package.json packages/widgets/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.base.json tsconfig.json ./
COPY apps apps
COPY packages packages
COPY tools tools
RUN node tools/build.ts
# The image has its own Node; the one that npm brings would weigh 190 MB more. What only the build needed goes too, and so do
# the tools that npm keeps because a library names them as optional peers (80 MB).
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/node-linux-* node_modules/node-darwin-* node_modules/node-win-* node_modules/.bin/node tools apps/web/src \
 && cd node_modules && rm -rf typescript @typescript vitest @vitest vite rolldown @rolldown esbuild @esbuild lightningcss lightningcss-*

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/data
WORKDIR /app
COPY --from=build /app ./
# PostgreSQL refuses to run as root, and so should everything.
# Compiled code is kept beside the packages (apps/server/src/compile-cache.js).
RUN mkdir -p /data node_modules/.cache && chown node:node /data node_modules/.cache
USER node
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# No shell and no npm in between: the signal to stop reaches the server itself.
CMD ["node", "--import", "./apps/server/src/compile-cache.js", "apps/server/src/main.ts"]
