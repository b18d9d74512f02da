import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, pageCss, watch } from './browser.ts';
import { answering, json, type ScriptedServer, stream, thread } from './scripted-server.ts';
import { onStage } from './stage.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** An application as people write it: the unmodified package, StrictMode, new options and closures on every render. */
const application = /* tsx */ `
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { ChatKit, useChatKit } from '@openai/chatkit-react';

window.told = [];
const tell = (name) => (detail) => window.told.push([name, detail ?? null]);

function Chat({ title, renders, id }) {
  const chat = useChatKit({
    api: { url: '/chatkit', domainKey: 'local-dev', fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'x-render': String(renders) } }) },
    header: { title: { text: title } },
    theme: { colorScheme: renders % 2 ? 'dark' : 'light' },
    initialThread: null,
    onClientTool: ({ name }) => ({ name, renders }),
    onReady: tell('ready'),
    onResponseStart: tell('response.start'),
    onResponseEnd: tell('response.end'),
    onThreadChange: tell('thread.change'),
    onHistoryOpen: tell('history.open'),
    onError: tell('error'),
  });
  window[id] = chat;
  return <ChatKit control={chat.control} className={id + ' sized'} />;
}

function App() {
  const [renders, setRenders] = useState(0);
  const [two, setTwo] = useState(false);
  useEffect(() => { window.again = () => setRenders((n) => n + 1); window.second = setTwo; }, []);
  return <>
    <Chat id="first" title={'Render ' + Math.min(renders, 1)} renders={renders} />
    {two && <Chat id="other" title="Other" renders={0} />}
  </>;
}

createRoot(document.getElementById('root')).render(<StrictMode><App /></StrictMode>);
`;

async function bundle(): Promise<string> {
  // Inside the package, so that its own packages are found.
  const cache = join(here, '../node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'react-'));
  const entry = join(folder, 'app.jsx');
  await writeFile(entry, application);
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"' },
    logLevel: 'silent',
  });
  await rm(folder, { recursive: true });
  return result.outputFiles[0]!.text;
}

describe.skipIf(!hasChromium)('the unmodified @openai/chatkit-react', () => {
  let browser: Browser;
  let server: ScriptedServer;
  let script: string;
  beforeAll(async () => {
    script = await bundle();
  });
  onStage((stage) => {
    ({ browser, server } = stage);
    server.serve('/app.js', 'text/javascript', script);
    server.serve('/page.css', 'text/css', `${pageCss}.sized{height:400px}`);
  });

  async function open(scripts: string): Promise<{ page: Page; seen: ReturnType<typeof watch> }> {
    server.serve(
      '/',
      'text/html',
      `<!doctype html><html lang="en"><title>React</title><link rel="stylesheet" href="/page.css"><div id="root"></div>${scripts}</html>`,
    );
    const page = await browser.newPage({ locale: 'en-US' });
    const seen = watch(page, server.origin);
    await page.goto(server.origin);
    return { page, seen };
  }
  // biome-ignore lint/suspicious/noExplicitAny: what the page put there.
  const told = (page: Page): Promise<any[]> => page.evaluate(() => (window as any).told);

  for (const [name, scripts] of [
    ['the element defined first', '<script src="/chatkit.js"></script><script src="/app.js"></script>'],
    ['the element defined late', '<script src="/app.js"></script><script src="/chatkit.js"></script>'],
  ] as const) {
    it(`${name}: ready is heard, a conversation is held, renders change nothing`, async () => {
      const call = {
        type: 'thread.item.done',
        item: { id: 'c', type: 'client_tool_call', status: 'pending', call_id: 'c', name: 'time', arguments: {} },
      };
      let go = () => {};
      const gate = new Promise<void>((resolve) => {
        go = resolve;
      });
      server.on('threads.create', stream([...answering('Hi', 'Hello from here.', { create: true }), () => gate, call]));
      server.on('threads.add_client_tool_output', stream([]));
      const { page, seen } = await open(scripts);
      await expect.poll(() => told(page)).toContainEqual(['ready', null]);
      // biome-ignore lint/suspicious/noExplicitAny: methods of the hook.
      const sent = page.evaluate(() => (window as any).first.sendUserMessage({ text: 'Hi' }));
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      for (let turn = 0; turn < 10; turn++) await page.evaluate(() => (window as any).again());
      await page.getByText('Hello from here.').waitFor();
      go();
      await sent;
      await page.getByText('Hello from here.').waitFor();
      expect(await page.getByRole('heading', { name: 'Render 1' }).count()).toBe(1);
      expect(server.requests.map((request) => request.body.type)).toEqual([
        'threads.create',
        'threads.add_client_tool_output',
      ]);
      // The newest closures are called, though the element was given others.
      expect(server.requests[1]!.body.params.result).toEqual({ name: 'time', renders: 10 });
      expect(server.requests[1]!.headers['x-render']).toBe('10');
      expect((await told(page)).map(([event]) => event)).toEqual([
        'ready',
        'response.start',
        'thread.change',
        'response.end',
      ]);
      expect(seen).toEqual({ foreign: [], violations: [], errors: [] });
    });
  }

  it('two chats on a page keep apart, and one that is unmounted leaves the other alone', async () => {
    server.on('threads.create', stream(answering('Hi', 'Only here.', { create: true })));
    server.on('threads.list', json({ data: [thread('thr_9', { title: 'Listed' })], has_more: false }));
    const { page, seen } = await open(
      '<script src="/chatkit.js"></script><script src="/chatkit.js"></script><script src="/app.js"></script>',
    );
    await expect.poll(() => told(page)).toHaveLength(1);
    // biome-ignore lint/suspicious/noExplicitAny: what the page put there.
    await page.evaluate(() => (window as any).second(true));
    await expect.poll(() => told(page)).toHaveLength(2);
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    await page.evaluate(() => (window as any).other.sendUserMessage({ text: 'Hi' }));
    await page.locator('.other').getByText('Only here.').waitFor();
    expect(await page.locator('.first').getByText('Only here.').count()).toBe(0);
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    await page.evaluate(() => (window as any).second(false));
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    await page.evaluate(() => (window as any).first.showHistory());
    await page.locator('.first').getByRole('button', { name: 'Listed', exact: true }).waitFor();
    expect(await told(page)).toContainEqual(['history.open', null]);
    expect(seen).toEqual({ foreign: [], violations: [], errors: [] });
  });
});
