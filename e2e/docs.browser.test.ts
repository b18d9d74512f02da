import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { newVisitor } from './browser.ts';
import { type RunningServer, sharedServer } from './server.ts';

describe.skipIf(chromiumPath === undefined)('the documentation of the API', () => {
  let browser: Browser;
  let server: RunningServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([oneBrowser(), sharedServer()]);
  });

  it('shows the routes and tries one, without a violation of the content security policy', async () => {
    const { page, troubles, close } = await newVisitor(browser, server.url);
    await page.goto('/docs');
    const health = page.locator('.opblock', { hasText: '/health' });
    await health.locator('.opblock-summary').click();
    await health.getByRole('button', { name: 'Try it out' }).click();
    await health.getByRole('button', { name: 'Execute' }).click();
    await health.locator('.live-responses-table').getByText('"ok"').waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  it('exists as ReDoc too, which works under the same policy and requests no other host', async () => {
    const { page, troubles, close } = await newVisitor(browser, server.url);
    await page.goto('/redoc');
    await page.getByRole('heading', { name: 'Create an account and sign in' }).first().waitFor();
    await page.getByText('/api/v1/auth/register').first().waitFor();
    // Its search runs in a worker.
    await page.getByRole('textbox').fill('weather');
    await page
      .locator('[data-role="search:results"]')
      .getByText(/weather/i)
      .first()
      .waitFor();
    expect(troubles).toEqual([]);
    await close();
  });
});
