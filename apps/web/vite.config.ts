import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, loadEnv } from 'vite';
import { allowedHosts, hmrOptions, portNumber } from './src/dev/dev-server.ts';

export default defineConfig(({ mode }) => {
  // The root of the repository holds the one .env, which the server reads as well.
  const envDir = fileURLToPath(new URL('../..', import.meta.url));
  const env = loadEnv(mode, envDir, 'VITE_');
  const hmr = hmrOptions(env);
  const backend = env.VITE_BACKEND_URL ?? 'http://localhost:8000';
  const proxied = { target: backend, changeOrigin: false, ws: true };
  return {
    root: import.meta.dirname,
    // Values known while building are defaults; what GET /api/runtime-config serves wins over them.
    envDir,
    plugins: [react(), tailwindcss()],
    // Our own packages from their sources: docs/decisions/0012-packages-built-for-others.md.
    resolve: { conditions: ['@causerie/source', ...defaultClientConditions] },
    build: {
      // light-dark() and oklch() as they are; older browsers would get a second copy of every colour.
      cssTarget: ['chrome123', 'firefox128', 'safari17.5'],
      // The content security policy admits no data: addresses.
      assetsInlineLimit: 0,
      reportCompressedSize: false,
    },
    server: {
      port: portNumber(env.VITE_PORT) ?? 5173,
      ...(hmr === undefined ? {} : { hmr }),
      allowedHosts: allowedHosts(env),
      proxy: { '/api': proxied, '/ws': proxied, '/chatkit.js': proxied, '/chatkit': proxied },
    },
  };
});
