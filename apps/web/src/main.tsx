import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './ui/base.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { sessionQuery, watchSession } from './features/session/session.ts';
import { startI18n } from './i18n/i18n.ts';
import { loadPagesAhead } from './routes/page.ts';
import { createAppRouter } from './routes/router.tsx';
import { loadRuntimeConfig } from './runtime-config.ts';
import { Toasts } from './ui/toast.tsx';

const queries = new QueryClient({
  defaultOptions: {
    // Requests do not wait for the browser's online state: our server may be on this machine, and an error is an answer.
    queries: { staleTime: 10_000, retry: 1, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
});
const router = createAppRouter(queries);
watchSession(queries, () => router.invalidate());

// These run at the same time; the page waits only for the texts.
void loadRuntimeConfig();
const texts = startI18n();
void queries.prefetchQuery(sessionQuery);
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
await texts;
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
);
// After the current page: the files of the others, so that navigation needs no connection.
setTimeout(() => void loadPagesAhead(), 2000);
