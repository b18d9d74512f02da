import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { composer, newVisitor, signUp } from './browser.ts';
import { type RunningServer, sharedServer } from './server.ts';

describe.skipIf(chromiumPath === undefined)('a connection that breaks', () => {
  let browser: Browser;
  let server: RunningServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([oneBrowser(), sharedServer()]);
  });

  it('after the message arrived and before its answer does, leaves one message and one answer', async () => {
    const { page, close } = await newVisitor(browser, server.url);
    await signUp(page, { name: 'Ada', email: `${randomUUID()}@example.com`, password: 'a quiet engine' });
    const chat = page.locator('openai-chatkit');
    const answer = (number: number) => chat.locator('[part=assistant-message]').nth(number - 1);
    await composer(page).fill('Hello');
    await page.keyboard.press('Enter');
    await answer(1).waitFor();
    await chat.getByRole('button', { name: 'Send message' }).waitFor();

    const statuses: (number | undefined)[] = [];
    await page.route('**/api/chatkit', async (route) => {
      if (route.request().postDataJSON()?.type !== 'threads.add_user_message') return route.fallback();
      const response = await route.fetch();
      statuses.push(response.status());
      // The server has answered in full, and the answer reaches no client.
      if (statuses.length < 3) await route.abort('connectionreset');
      else await route.fulfill({ response });
    });
    await composer(page).fill('Are you there?');
    await page.keyboard.press('Enter');
    await answer(2).waitFor();
    await chat.getByRole('button', { name: 'Send message' }).waitFor();
    expect(statuses).toEqual([200, 200, 200]);
    expect(await chat.getByRole('alert').count()).toBe(0);

    await page.unroute('**/api/chatkit');
    await page.reload();
    await answer(2).waitFor();
    expect(await chat.locator('[part=assistant-message]').count()).toBe(2);
    expect(await chat.locator('[part=user-message]').count()).toBe(2);
    await close();
  });
});
