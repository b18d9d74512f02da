/**
 * The element in a real browser, with its processor slowed down four times: tasks while an answer streams, the cost of a
 * token early and late in it, opening and scrolling a long thread, memory over many turns.
 *
 * `npm run bench -- element` streams 1 500 tokens, hands over 17 000 at once, and streams the same 1 500 again: the cost
 * late in an answer of 20 000 tokens, in a sixth of the time. `node bench/element.ts full` streams all 20 000.
 */
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { hasChromium, openChat, startElementServer } from '../packages/chatkit-element/test/browser.ts';
import {
  type Answer,
  answering,
  assistantMessage,
  delta,
  frame,
  json,
  type ScriptedServer,
  stream,
  thread,
  userMessage,
} from '../packages/chatkit-element/test/scripted-server.ts';
import { oneBrowser } from '../tools/chromium.ts';
import { median } from './load.ts';

type Print = (line: string) => void;

const throttle = 4;
const tokensPerSecond = 200;
const answerTokens = 20_000;
const letters = 4;
const longTask = 50;

/** Measures what is promised of the element, and prints a line for each. @param full streams every token at its pace. */
export async function benchElement(print: Print, full = false): Promise<void> {
  if (!hasChromium) {
    print('element: no Chromium here, nothing was measured');
    return;
  }
  const browser = await oneBrowser();
  const server = await startElementServer();
  server.on('threads.list', json({ data: [], has_more: false }));
  try {
    await benchStreaming(browser, server, print, full);
    await benchLongThread(browser, server, print);
    await benchMemory(browser, server, print);
  } finally {
    await browser.close();
    await server.close();
  }
}

// --- streaming ---------------------------------------------------------------------------------------------------

/** Of one run: tasks in ms, and processor time a token near the answer's beginning and its end. */
type Streamed = { longest: number; over: number[]; early: number; late: number; burst: number };

/**
 * Each run is made twice: slowed down, where a task lasts as long as it lasts; and at full speed, where the processor
 * time that the page's thread had, times four, is what a slow device needs. The second is not disturbed by whatever else
 * this machine does, which the slowing-down makes four times as bad. The end of the answer is followed, which is the
 * harder case: all that comes is laid out and painted.
 */
async function benchStreaming(browser: Browser, server: ScriptedServer, print: Print, full: boolean): Promise<void> {
  const slow: Streamed[] = [];
  const alone: Streamed[] = [];
  const controls: number[] = [];
  for (let run = 0; run < (full ? 1 : 3); run++) {
    controls.push(await control(browser, server));
    slow.push(await streamOnce(browser, server, full, true));
    alone.push(await streamOnce(browser, server, full, false));
  }
  const each = (runs: Streamed[], key: 'longest' | 'early' | 'late' | 'burst') => runs.map((run) => run[key]);
  const busy = (runs: Streamed[]) =>
    `longest task ${ms(median(each(runs, 'longest')))} (${each(runs, 'longest').map(ms).join(', ')}), over 50 ms: ` +
    `${runs.map((run) => run.over.length).join(', ')}`;
  print(
    `element, ${answerTokens} tokens at ${tokensPerSecond}/s, by the page's own processor time ×${throttle}: ` +
      `${busy(alone)} (goal ≤ 50 ms, none)`,
  );
  print(
    `element, the same by the clock, processor ÷${throttle}: ${busy(slow)}; an empty page here has ` +
      `${ms(median(controls))} (${controls.map(ms).join(', ')})`,
  );
  const [early, late] = [median(each(alone, 'early')), median(each(alone, 'late'))];
  print(
    `element, a token: ${early.toFixed(2)} ms of processor time at the answer's beginning, ${late.toFixed(2)} ms at its end; ` +
      `ratio ${(late / early).toFixed(2)} (goal ≤ 1.2)`,
  );
  if (!full)
    print(
      `element, ${middle(full)[1] - middle(full)[0]} tokens at once: longest task ${ms(median(each(alone, 'burst')))}`,
    );
}

/** Which tokens lie between the two parts that are compared. */
const middle = (full: boolean): [number, number] => {
  const part = full ? answerTokens / 4 : 1500;
  return [part, answerTokens - part];
};

async function streamOnce(browser: Browser, server: ScriptedServer, full: boolean, slow: boolean): Promise<Streamed> {
  const { page } = await openChat(browser, server, { thread: { autoScroll: true } });
  if (slow) await slowDown(page);
  const [from, to] = middle(full);
  // The end repeats the beginning's text, so that both cost the same but for the answer before them.
  const beginning = markdown(from * letters);
  const text = `${beginning}\n\n${markdown((to - from) * letters)}\n\n${beginning}`;
  const said = Promise.withResolvers<ServerResponse>();
  server.once('threads.create', (_, response) => said.resolve(response));
  const trace = await startTrace(browser, page);
  await page.evaluate(() => {
    const chat = document.querySelector('openai-chatkit') as unknown as { sendUserMessage(m: object): void };
    chat.sendUserMessage({ text: 'go' });
  });
  const response = await said.promise;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of answering('go', '', { create: true, id: 'msg_long' }).slice(0, -1))
    response.write(frame(event as object));

  // Starting up is not the cost of a token.
  const warm = 200 * letters;
  await pace(response, beginning.slice(0, warm));
  const marks = [await now(page)];
  await pace(response, beginning.slice(warm));
  marks.push(await now(page));
  const rest = text.slice(beginning.length, -beginning.length);
  if (full) await pace(response, rest);
  else {
    response.write(frame(delta('msg_long', rest)));
    await page.waitForTimeout(4000);
  }
  await pace(response, beginning.slice(0, warm));
  marks.push(await now(page));
  await pace(response, beginning.slice(warm));
  marks.push(await now(page));
  response.end(frame({ type: 'thread.item.done', item: assistantMessage(text, 'msg_long') }));
  await page.waitForTimeout(300);
  const tasks = await trace.stop();
  await page.close();

  const times = (list: Task[]) => list.map((task) => (slow ? task.clock : task.processor * throttle));
  const between = (start: number, end: number) => tasks.filter((task) => task.at >= start && task.at < end);
  const [start, early, late, end] = marks as [number, number, number, number];
  const burst = full ? [] : between(early, late);
  const streaming = times(tasks.filter((task) => !burst.includes(task)));
  const sum = (list: Task[]) => list.reduce((total, task) => total + task.processor, 0) / (from - 200);
  return {
    longest: Math.max(...streaming),
    over: streaming.filter((took) => took > longTask),
    early: sum(between(start, early)),
    late: sum(between(late, end)),
    burst: Math.max(0, ...times(burst)),
  };
}

/** Sends a text token by token at the promised pace, however late the timers of a busy machine come. */
async function pace(response: ServerResponse, text: string): Promise<void> {
  const start = performance.now();
  let sent = 0;
  while (sent < text.length) {
    const due = Math.ceil(((performance.now() - start) / 1000) * tokensPerSecond) * letters;
    for (; sent < Math.min(due, text.length); sent += letters)
      response.write(frame(delta('msg_long', text.slice(sent, sent + letters))));
    await new Promise((resolve) => setTimeout(resolve, 1000 / tokensPerSecond));
  }
}

/** The longest task of a page that has a small animation and nothing else: what this machine does to any page now. */
async function control(browser: Browser, server: ScriptedServer): Promise<number> {
  server.serve('/control', 'text/html', '<!doctype html><title>Control</title><p>0');
  const page = await browser.newPage();
  await page.goto(`${server.origin}/control`);
  await slowDown(page);
  const trace = await startTrace(browser, page);
  await page.evaluate(() => {
    const tick = () => {
      document.querySelector('p')!.textContent += ' .';
      requestAnimationFrame(tick);
    };
    tick();
  });
  await page.waitForTimeout(5000);
  const tasks = await trace.stop();
  await page.close();
  return Math.max(...tasks.map((task) => task.clock));
}

async function slowDown(page: Page, rate = throttle): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate });
}

/** A task of the page's main thread, in ms: when it began on the page's clock, how long it lasted, what it computed. */
type Task = { at: number; clock: number; processor: number };

type TraceEvent = {
  name: string;
  ph: string;
  ts: number;
  dur?: number;
  tdur?: number;
  pid: number;
  tid: number;
  args: { name?: string; data?: { message?: string } };
};

/** Writes down every task of the page's main thread; times in ms on the page's clock. */
async function startTrace(browser: Browser, page: Page): Promise<{ stop(): Promise<Task[]> }> {
  await browser.startTracing(page, {
    categories: ['-*', 'toplevel', 'blink.user_timing', 'disabled-by-default-devtools.timeline'],
  });
  await page.evaluate(() => performance.mark('bench'));
  const began = await page.evaluate(() => performance.getEntriesByName('bench')[0]!.startTime);
  return {
    async stop() {
      const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
      const start = traceEvents.find((event) => event.name === 'bench');
      if (!start) throw new Error('The trace does not hold its own mark.');
      return traceEvents
        .filter(
          (event) =>
            event.name === 'RunTask' && event.pid === start.pid && event.tid === start.tid && event.ts >= start.ts,
        )
        .map(({ ts, dur = 0, tdur = dur }) => ({
          at: (ts - start.ts) / 1000 + began,
          clock: dur / 1000,
          // The thread's clock ticks coarsely on some machines; nothing computes for longer than it lasts.
          processor: Math.min(dur, tdur) / 1000,
        }));
    },
  };
}

const now = (page: Page) => page.evaluate(() => performance.now());

// --- a long thread -----------------------------------------------------------------------------------------------

const items = 5000;

async function benchLongThread(browser: Browser, server: ScriptedServer, print: Print): Promise<void> {
  const all = Array.from({ length: items }, (_, i) =>
    i % 2 === 0
      ? userMessage(`Question ${i}`, `msg_${i}`)
      : assistantMessage(`Answer ${i}.\n\n${markdown(600, i)}`, `msg_${i}`),
  );
  server.on(
    'threads.get_by_id',
    json(thread('thr_1', { items: { data: all.slice(0, 20), has_more: true, after: 'msg_19' } })),
  );
  server.on('items.list', page(all));
  const opened: Record<number, number[]> = { 1: [], [throttle]: [] };
  for (const rate of [1, throttle]) {
    for (let run = 0; run < 5; run++) {
      const { page } = await openChat(browser, server);
      await slowDown(page, rate);
      opened[rate]!.push(await openThread(page, `Answer ${items - 1}.`));
      await page.close();
    }
  }
  print(
    `element, ${items} items: opens in ${ms(median(opened[1]!))} (goal < 300 ms), with the processor ÷${throttle} in ` +
      `${ms(median(opened[throttle]!))}`,
  );
  const { page: view } = await openChat(browser, server);
  await openThread(view, `Answer ${items - 1}.`);
  const seen = await scrollUp(view);
  print(
    `element, ${items} items scrolled up ${seen.pixels} px in ${seen.frames} frames: ${seen.blank} with blank rows, ` +
      `${seen.jumps} in which what is read moved (goal 0, 0); ${seen.questions} questions met, ${seen.missing} missing`,
  );
  await view.close();
}

/** Serves pages of `items.list`, newest first. */
function page(all: { id: string }[]): Answer {
  return (seen, response) => {
    const { after, limit } = seen.body.params as { after?: string; limit: number };
    const end = after ? all.findIndex((item) => item.id === after) : all.length;
    const data = all.slice(Math.max(0, end - limit), end).reverse();
    return json({ data, has_more: end > limit, after: data.at(-1)?.id })(seen, response);
  };
}

/** Opens the thread and gives the ms until the frame after which its last message could be read. */
function openThread(page: Page, last: string): Promise<number> {
  return page.evaluate(async (text) => {
    const chat = document.querySelector('openai-chatkit') as unknown as HTMLElement & { setThreadId(id: string): void };
    const start = performance.now();
    chat.setThreadId('thr_1');
    const frame = () => new Promise(requestAnimationFrame);
    while (!chat.shadowRoot!.querySelector('.block:last-child .assistant')?.textContent?.includes(text)) await frame();
    // A frame is over when a task behind the next one runs.
    await frame();
    await new Promise((resolve) => setTimeout(resolve));
    return performance.now() - start;
  }, last);
}

/** Turns the wheel for a while as fast as hands do, and looks at every frame. */
async function scrollUp(page: Page) {
  await page.mouse.move(400, 300);
  await page.evaluate(() => {
    const root = document.querySelector('openai-chatkit')!.shadowRoot!;
    const box = root.querySelector('.scroller')!;
    const seen = { frames: 0, blank: 0, jumps: 0, pixels: 0, questions: new Set<number>(), stop: false };
    let last: { row: Element; top: number } | undefined;
    const look = () => {
      if (seen.stop) return;
      seen.frames++;
      const view = box.getBoundingClientRect();
      let end = view.top;
      let row: Element | undefined;
      for (const block of root.querySelectorAll('.block')) {
        const place = block.getBoundingClientRect();
        if (place.bottom <= view.top || place.top >= view.bottom) continue;
        // Rows stand 28 px apart; the first may stand below the line that says that older ones come.
        if (place.top - end > 40) seen.blank++;
        end = place.bottom;
        row ??= block;
        const number = /Question (\d+)/.exec(block.textContent ?? '')?.[1];
        if (number) seen.questions.add(Number(number));
      }
      if (last?.row.isConnected) {
        // Rows go down while the reader goes up; one that goes up, or farther than a few notches, was moved.
        const moved = last.row.getBoundingClientRect().top - last.top;
        if (moved < -2 || moved > 600) seen.jumps++;
        else seen.pixels += moved;
      }
      if (row) last = { row, top: row.getBoundingClientRect().top };
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    Object.assign(window, { seen });
  });
  for (let notch = 0; notch < 400; notch++) {
    await page.mouse.wheel(0, -120);
    await page.waitForTimeout(16);
  }
  await page.waitForTimeout(500);
  return page.evaluate(() => {
    const { seen } = window as unknown as {
      seen: { frames: number; blank: number; jumps: number; pixels: number; questions: Set<number>; stop: boolean };
    };
    seen.stop = true;
    const met = [...seen.questions];
    const expected = (Math.max(...met) - Math.min(...met)) / 2 + 1;
    return { ...seen, pixels: Math.round(seen.pixels), questions: met.length, missing: expected - met.length };
  });
}

// --- many turns --------------------------------------------------------------------------------------------------

async function benchMemory(browser: Browser, server: ScriptedServer, print: Print): Promise<void> {
  const { page } = await openChat(browser, server);
  const cdp = await page.context().newCDPSession(page);
  let turn = 0;
  const answer: Answer = (seen, response) =>
    stream(answering(`Question ${turn}`, markdown(1200, turn), { create: turn === 0 }))(seen, response);
  server.on('threads.create', answer);
  server.on('threads.add_user_message', answer);
  const measured: Record<number, { heap: number; nodes: number }> = {};
  for (; turn <= 200; turn++) {
    await page.evaluate((text) => {
      const chat = document.querySelector('openai-chatkit') as unknown as HTMLElement & {
        sendUserMessage(m: object): void;
      };
      return new Promise<void>((resolve) => {
        chat.addEventListener('chatkit.response.end', () => resolve(), { once: true });
        chat.sendUserMessage({ text });
      });
    }, `Question ${turn}`);
    if (turn !== 20 && turn !== 200) continue;
    await page.waitForTimeout(500);
    for (let i = 0; i < 3; i++) await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    const { nodes } = await cdp.send('Memory.getDOMCounters');
    measured[turn] = { heap: usedSize / 1024, nodes };
  }
  await page.close();
  const [before, after] = [measured[20]!, measured[200]!];
  // What was said is kept, and that is all that may grow: text of one byte a character, and some for each item.
  print(
    `element, memory after 20 turns ${before.heap.toFixed(0)} kB and ${before.nodes} nodes, after 200 turns ` +
      `${after.heap.toFixed(0)} kB and ${after.nodes} nodes: ${((after.heap - before.heap) / 180).toFixed(1)} kB a turn, of which ` +
      `1.2 kB are its text (goal: nodes flat)`,
  );
}

// --- what is said ------------------------------------------------------------------------------------------------

const ms = (value: number) => `${value.toFixed(0)} ms`;

/** Markdown as models write it: paragraphs, lists, code, tables and quotes, `length` characters of it. */
export function markdown(length: number, seed = 0): string {
  const words =
    'the cache answers first and a queue keeps what is late while every worker reads its own part of the log'.split(
      ' ',
    );
  const sentence = (n: number, count: number) =>
    Array.from({ length: count }, (_, i) => words[(n * 7 + i * 5 + seed) % words.length]).join(' ');
  let text = '';
  for (let n = 0; text.length < length; n++) {
    text += `## Part ${n + 1}: ${sentence(n, 4)}\n\nAs **${sentence(n, 3)}** goes, ${sentence(n + 1, 24)}. See [the page](https://example.com/${n}) on \`part_${n}\`; *${sentence(n + 2, 5)}*, ${sentence(n + 3, 30)}.\n\n`;
    text += `- ${sentence(n, 9)}\n- **${sentence(n + 4, 2)}**: ${sentence(n + 5, 14)}\n  - ${sentence(n + 6, 8)}\n- [x] ${sentence(n + 7, 6)}\n\n`;
    text += `\`\`\`ts\nexport function part${n}(items: readonly string[]): number {\n  // ${sentence(n, 8)}\n  const kept = items.filter((item) => item.length > ${n});\n  return kept.reduce((sum, item) => sum + item.length, 0);\n}\n\`\`\`\n\n`;
    text += `| Part | ${words[n % words.length]} | Time |\n|---|:--|--:|\n${[1, 2, 3, 4].map((row) => `| ${n}.${row} | ${sentence(n + row, 5)} | ${row * 12} ms |\n`).join('')}\n`;
    text += `> ${sentence(n + 8, 18)}.\n\n1. ${sentence(n + 9, 12)}\n2. ${sentence(n + 10, 7)}\n\n${sentence(n + 11, 60)}.\n\n`;
  }
  return text.slice(0, length);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchElement(console.log, process.argv[2] === 'full');
