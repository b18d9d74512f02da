// Measures streaming in Chromium with the processor slowed down four times: `node packages/widgets/test/markdown/bench.ts`.
// 20 000 tokens of four characters, two hundred a second in groups of a frame. Prints, asserts nothing.

import { readdirSync, readFileSync } from 'node:fs';
import { startLab } from './serve.ts';

const gallery = new URL('../../gallery/markdown/', import.meta.url);
const mixed = readdirSync(gallery)
  .filter((name) => name !== 'diagrams.md')
  .map((name) => readFileSync(new URL(name, gallery), 'utf8'))
  .join('\n\n');
const texts: Record<string, string> = {
  mixed,
  paragraph: 'The quick *brown* fox [jumps](https://a.example) over `the` lazy dog. ',
  list: '- The quick *brown* fox\n- jumps over\n  - the lazy dog\n',
  table: '| The quick | *brown* fox |\n',
  code: 'const fox: Fox = await jumps(over, "lazy dog"); // 1\n\n',
};
const heads: Record<string, string> = { table: '| a | b |\n|---|---|\n', code: '```ts\n' };

const lab = await startLab();
console.log('kind        µs a token, first tenth   last tenth   longest task ms   tasks > 50 ms');
for (const [name, unit] of Object.entries(texts)) {
  const { page } = await lab.open(true);
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const source = (heads[name] ?? '') + unit.repeat(Math.ceil(80_000 / unit.length));
  const found = await page.evaluate(async (text) => {
    const view = globalThis.page.add();
    const tasks: number[] = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({
      entryTypes: ['longtask'],
    });
    const times: number[] = [];
    let longest = 0;
    const channel = new MessageChannel();
    const turn = () =>
      new Promise<void>((resolve) => {
        channel.port1.onmessage = () => resolve();
        channel.port2.postMessage(undefined);
      });
    // Three tokens a task, as two hundred a second come in frames; each pays for the layout it causes.
    for (let at = 12; at <= 80_000; at += 12) {
      const start = performance.now();
      view.update(text.slice(0, at), at + 12 > 80_000);
      void view.element.offsetHeight;
      const took = performance.now() - start;
      longest = Math.max(longest, took);
      times.push(took / 3);
      await turn();
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const tenth = Math.floor(times.length / 10);
    const mean = (list: number[]) => (1000 * list.reduce((sum, one) => sum + one, 0)) / list.length;
    return {
      first: mean(times.slice(0, tenth)),
      last: mean(times.slice(-tenth)),
      longest: Math.max(longest, ...tasks),
      over: tasks.length,
    };
  }, source);
  console.log(
    `${name.padEnd(12)}${found.first.toFixed(0).padStart(24)}${found.last.toFixed(0).padStart(13)}` +
      `${found.longest.toFixed(1).padStart(18)}${String(found.over).padStart(16)}`,
  );
  await page.close();
}
await lab.close();
