import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, loadEnv, type Plugin } from 'vite';
import { allowedHosts, backendUrl, hmrOptions, portNumber } from './src/dev/dev-server.ts';
import { elementReload } from './src/dev/element-reload.ts';

export default defineConfig(({ mode }) => {
  // The root of the repository holds the one .env, which the server reads as well.
  const envDir = fileURLToPath(new URL('../..', import.meta.url));
  const env = loadEnv(mode, envDir, 'VITE_');
  const hmr = hmrOptions(env);
  const element = fileURLToPath(new URL('../../packages/chatkit-element', import.meta.url));
  const proxied = { target: backendUrl(env), changeOrigin: false, ws: true };
  const proxy = { '/api': proxied, '/ws': proxied, '/chatkit.js': proxied, '/chatkit': proxied };
  return {
    root: import.meta.dirname,
    // Values known while building are defaults; what GET /api/runtime-config serves wins over them.
    envDir,
    // On a terminal Vite wipes what stands there, at the start and at each change: what the server said beside it.
    clearScreen: false,
    plugins: [react(), tailwindcss(), redoc(), elementReload(element, backendUrl(env))],
    // Our own packages from their sources: docs/decisions/0012-packages-built-for-others.md.
    resolve: { conditions: ['@causerie/source', ...defaultClientConditions] },
    build: {
      // light-dark() and oklch() as they are; older browsers would get a second copy of every colour.
      cssTarget: ['chrome123', 'firefox128', 'safari17.5'],
      // The content security policy admits no data: addresses.
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      // Who made what is bundled, and under which terms: served beside it, at /licenses.md.
      license: { fileName: 'licenses.md' },
    },
    server: {
      port: portNumber(env.VITE_PORT) ?? 5173,
      ...(hmr === undefined ? {} : { hmr }),
      allowedHosts: allowedHosts(env),
      proxy,
    },
    preview: { port: portNumber(env.VITE_PORT) ?? 4173, allowedHosts: allowedHosts(env), proxy },
  };
});

/**
 * ReDoc's own bundle, for the page in `public/redoc`. It is copied while building, so that a server that runs needs none of
 * the packages it was made with. Its one request to another host, for a logo, gets our own picture.
 */
function redoc(): Plugin {
  const file = (name: string) =>
    readFileSync(createRequire(import.meta.url).resolve(`redoc/bundles/redoc.standalone.js${name}`), 'utf8');
  const logo = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
  return {
    name: 'redoc',
    apply: 'build',
    generateBundle() {
      const script = file('');
      if (!script.includes(logo)) throw new Error('ReDoc has changed: look for what it asks other hosts for.');
      const source = script.replaceAll(logo, '/favicon.svg');
      this.emitFile({ type: 'asset', fileName: 'redoc/redoc.standalone.js', source });
      this.emitFile({ type: 'asset', fileName: 'redoc/redoc.standalone.js.LICENSE.txt', source: file('.LICENSE.txt') });
    },
  };
}
