import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat } from '../browser.ts';
import { json, type ScriptedServer, thread } from '../scripted-server.ts';
import { onStage } from '../stage.ts';

/** A finished piece of reasoning that took so many seconds; its line says how many. */
const thought = (seconds: number) => ({
  id: `wf_${seconds}`,
  thread_id: 'thr_1',
  created_at: new Date(2026, 0, 1, 0, 0, seconds).toISOString(),
  type: 'workflow',
  workflow: { type: 'reasoning', tasks: [], summary: { duration: seconds } },
});

const directionsOf = (page: Page) =>
  page.evaluate(() => {
    const composer = document.querySelector('openai-chatkit')!.shadowRoot!.querySelector('[role=textbox]')!;
    const app = composer.closest('[dir=ltr], [dir=rtl]')!;
    return { app: app.getAttribute('dir'), shown: getComputedStyle(app).direction };
  });

describe.skipIf(!hasChromium)('languages on the page', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  it.each([
    [
      'ar',
      'rtl',
      {
        1: 'فكّر لثانية واحدة',
        2: 'فكّر لثانيتين',
        5: 'فكّر لمدة 5 ثوانٍ',
        22: 'فكّر لمدة 22 ثانية',
        100: 'فكّر لمدة 100 ثانية',
      },
    ],
    [
      'ru',
      'ltr',
      {
        1: 'Размышление: 1 секунда',
        2: 'Размышление: 2 секунды',
        5: 'Размышление: 5 секунд',
        11: 'Размышление: 11 секунд',
        21: 'Размышление: 21 секунда',
      },
    ],
    [
      'pl',
      'ltr',
      {
        1: 'Czas namysłu: 1 sekunda',
        2: 'Czas namysłu: 2 sekundy',
        12: 'Czas namysłu: 12 sekund',
        21: 'Czas namysłu: 21 sekund',
        22: 'Czas namysłu: 22 sekundy',
      },
    ],
    ['ja', 'ltr', { 1: '1 秒間考えました', 3: '3 秒間考えました' }],
  ])('%s is read %s, and numbers take the form the language gives them', async (locale, direction, sentences) => {
    const data = Object.keys(sentences).map((seconds) => thought(Number(seconds)));
    server.on('threads.get_by_id', json(thread('thr_1', { items: { data, has_more: false } })));
    const { page, seen } = await openChat(browser, server, { locale, initialThread: 'thr_1' });
    for (const sentence of Object.values(sentences)) await page.getByText(sentence, { exact: true }).waitFor();
    expect(await directionsOf(page)).toEqual({ app: direction, shown: direction });
    expect(seen).toEqual({ foreign: [], violations: [], errors: [] });
  });

  it('controls and errors are told in the language, and the server is told which', async () => {
    server.on('threads.create', json({ error: { code: 'rate_limited', message: 'Slow down' } }, 429));
    const { page } = await openChat(browser, server, { locale: 'ko' });
    await page.getByRole('textbox').click();
    await page.keyboard.type('안녕하세요');
    await page.getByRole('button', { name: '메시지 보내기' }).click();
    await page.getByText('요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.').waitFor();
    expect(server.requests[0]!.headers['accept-language']).toBe('ko-KR');
  });
});
