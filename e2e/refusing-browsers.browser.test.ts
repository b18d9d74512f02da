import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { address, composer, newVisitor, signUp, type Visitor } from './browser.ts';
import { type RunningServer, sharedServer } from './server.ts';

describe.skipIf(chromiumPath === undefined)('a browser with restrictions', () => {
  let browser: Browser;
  let server: RunningServer;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    [browser, server] = await Promise.all([oneBrowser(), sharedServer()]);
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.close();
  });
  /** Somebody whose browser is changed before each page by this script. */
  async function visit(script: string): Promise<Visitor> {
    const visitor = await newVisitor(browser, server.url);
    visitors.push(visitor);
    await visitor.page.addInitScript(script);
    return visitor;
  }
  const ask = async (page: Page, text: string) => {
    await composer(page).fill(text);
    await composer(page).press('Enter');
    await page.locator('openai-chatkit [part=assistant-message]').getByText('weather').first().waitFor();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
  };

  it('that blocks site data still holds a conversation', async () => {
    // As in browsers that block it: even read access throws.
    const { page, troubles } = await visit(`for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(window, name, { get() { throw new DOMException('Access is denied', 'SecurityError'); } });`);
    await signUp(page, { name: 'Ada', email: address('ada'), password: 'a quiet engine' });
    await ask(page, 'What can you do?');
    await page.getByTestId('account-menu').click();
    await page.getByRole('menuitem', { name: 'Account' }).click();
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await page.goBack();
    await page.reload();
    await page.locator('openai-chatkit [part=assistant-message]').getByText('weather').first().waitFor();
    expect(troubles).toEqual([]);
  });

  it('without a clipboard, as on plain http from another machine, copies the selection or shows that it could not', async () => {
    const { page, troubles } = await visit(`Object.defineProperty(navigator, 'clipboard', { value: undefined });`);
    await signUp(page, { name: 'Ada', email: address('ada'), password: 'a quiet engine' });
    await ask(page, 'What can you do?');
    // The first is the question's, the last the answer's.
    const copy = page.locator('openai-chatkit [part=copy-button]').last();
    await copy.click();
    await page.locator('openai-chatkit').getByRole('button', { name: 'Copied' }).waitFor();
    // The focus is where it was, for the keyboard.
    expect(await copy.evaluate((node) => (node.getRootNode() as ShadowRoot).activeElement === node)).toBe(true);
    await composer(page).focus();
    await page.keyboard.press('Control+V');
    await expect.poll(() => composer(page).textContent()).toContain('weather');

    await page.evaluate(() => {
      document.execCommand = () => false;
    });
    await copy.click();
    await page.locator('openai-chatkit').getByRole('button', { name: 'Not copied' }).waitFor();
    expect(troubles).toEqual([]);
  });
});
