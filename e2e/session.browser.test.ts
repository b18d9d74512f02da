import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { address, composer, newVisitor, signUp, type Visitor } from './browser.ts';
import { type RunningServer, sharedServer } from './server.ts';

/** The person of this name in the current test. */
const emails = new Map<string, string>();
function person(name: string) {
  const email = emails.get(name) ?? address(name.toLowerCase());
  emails.set(name, email);
  return { name, email, password: 'a quiet engine' };
}

// A page that is open while its session, its connection or its server ends.
describe.skipIf(chromiumPath === undefined)('a page left open', () => {
  let browser: Browser;
  let server: RunningServer;
  const visitors: Visitor[] = [];

  async function visit(): Promise<Page> {
    const visitor = await newVisitor(browser, server.url);
    visitors.push(visitor);
    return visitor.page;
  }
  async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
    await page.getByTestId('email').fill(email);
    await page.getByTestId('password').fill(password);
    await page.getByTestId('login').click();
  }
  const open = async (page: Page, item: string) => {
    await page.getByTestId('account-menu').click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  /** Playwright shows all tabs at once; people come back to one of them. */
  const comeBack = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

  beforeAll(async () => {
    [browser, server] = await Promise.all([oneBrowser(), sharedServer()]);
  });
  afterEach(async () => {
    emails.clear();
    for (const visitor of visitors.splice(0)) await visitor.close();
  });

  it('keeps the draft when the session ends, and shows it to its writer only', async () => {
    const page = await visit();
    await signUp(page, person('Grace'));
    await open(page, 'Sign out');
    await page.getByTestId('login').waitFor();
    await signUp(page, person('Ada'));
    await composer(page).fill('Five minutes of typing');
    await page.context().clearCookies();
    await page.keyboard.press('Enter');
    // On the page, not in a toast: a toast would be gone before the person returns.
    await page.getByRole('main').getByText('Your session has ended.').waitFor();
    await page.reload();
    await page.getByRole('main').getByText('Your session has ended.').waitFor();
    await signIn(page, person('Ada'));
    await expect.poll(() => composer(page).textContent()).toBe('Five minutes of typing');

    await page.context().clearCookies();
    await comeBack(page);
    await signIn(page, person('Grace'));
    await composer(page).waitFor();
    expect(await composer(page).textContent()).toBe('');
  });

  it('keeps the draft through a visit to another page and a reload, until it is sent', async () => {
    const page = await visit();
    await signUp(page, person('Joan'));
    await composer(page).fill('What can you do?');
    await open(page, 'Account');
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await page.goBack();
    await expect.poll(() => composer(page).textContent()).toBe('What can you do?');
    expect(await page.getByRole('link', { name: 'Chat', exact: true }).count()).toBe(0);
    await page.reload();
    await expect.poll(() => composer(page).textContent()).toBe('What can you do?');
    await composer(page).press('Enter');
    await page.locator('openai-chatkit [part=assistant-message]').getByText('weather').first().waitFor();
    await page.reload();
    await page.locator('openai-chatkit [part=assistant-message]').getByText('weather').first().waitFor();
    expect(await composer(page).textContent()).toBe('');

    const address = page.url();
    await open(page, 'Account');
    await page.getByRole('link', { name: 'Chat', exact: true }).click();
    await page.locator('openai-chatkit [part=assistant-message]').getByText('weather').first().waitFor();
    expect(page.url()).toBe(address);
  });

  it('focuses the composer at once, and keeps each draft with its conversation, also through a reload', async () => {
    const page = await visit();
    await signUp(page, person('Ida'));
    const answered = page.locator('openai-chatkit [part=assistant-message]').getByText('weather').first();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('OPENAI-CHATKIT');
    await page.keyboard.type('What can you do?');
    await page.keyboard.press('Enter');
    await answered.waitFor();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
    await composer(page).fill('A long draft for the first conversation');
    await page.getByRole('button', { name: 'New chat' }).click();
    await expect.poll(() => composer(page).textContent()).toBe('');
    await composer(page).fill('Something else');
    await page.goBack();
    await expect.poll(() => composer(page).textContent()).toBe('A long draft for the first conversation');
    await composer(page).fill('Survives a reload');
    await page.reload();
    await answered.waitFor();
    await expect.poll(() => composer(page).textContent()).toBe('Survives a reload');
    await page.getByRole('button', { name: 'New chat' }).click();
    await expect.poll(() => composer(page).textContent()).toBe('Something else');
  });

  it('does not bring up the keyboard of a phone by itself, and lets people zoom', async () => {
    const visitor = await newVisitor(browser, server.url, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    visitors.push(visitor);
    const { page } = visitor;
    await signUp(page, person('Lise'));
    // Where a chat takes the focus, it has it in the frame after its composer stands.
    await composer(page).waitFor();
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('OPENAI-CHATKIT');
    const viewport = await page.locator('meta[name=viewport]').getAttribute('content');
    expect(viewport).not.toMatch(/user-scalable=no|maximum-scale=1(\D|$)/);
  });

  it('stores nothing in the account of somebody else who signed in in another window', async () => {
    const page = await visit();
    await signUp(page, person('Mary'));
    const other = await page.context().newPage();
    await other.goto('/');
    await open(other, 'Sign out');
    await other.getByTestId('login').waitFor();
    await signUp(other, person('Rosa'));
    // The first window never lost the focus: it still shows its page, but the cookie belongs to another person.
    await composer(page).fill('For the eyes of Mary only');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('account-menu').textContent(), { timeout: 15_000 }).toContain('Rosa');
    const threads = await page.evaluate(async () => {
      const body = JSON.stringify({ type: 'threads.list', params: {} });
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/api/chatkit', { method: 'POST', headers, body })).json();
    });
    expect(threads.data).toEqual([]);
    await page.getByTestId('account-menu').waitFor();
    expect(await composer(page).textContent()).toBe('');
  });

  it('signs out and in together with another tab', async () => {
    const page = await visit();
    await signUp(page, person('Emmy'));
    await page.goto('/account');
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    const other = await page.context().newPage();
    await other.goto('/');
    await open(other, 'Sign out');
    await other.getByTestId('login').waitFor();

    await comeBack(page);
    await page.getByText('Your session has ended.').waitFor();
    await page.waitForURL('**/login?redirect=*');
    await signIn(other, person('Emmy'));
    await composer(other).waitFor();
    await comeBack(page);
    await page.getByRole('heading', { name: 'Your account' }).waitFor();

    // The page of another person must not stay usable.
    await open(other, 'Sign out');
    await other.getByTestId('login').waitFor();
    await signUp(other, person('Sofia'));
    await comeBack(page);
    await composer(page).waitFor();
    await page.getByTestId('account-menu').click();
    await page.getByText(person('Sofia').email).waitFor();
  });

  it('shows that the session has ended when a form is sent', async () => {
    const page = await visit();
    await signUp(page, person('Mary'));
    await open(page, 'Account');
    await page.getByLabel('Name').fill('Mary Fairfax');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    await page.getByLabel('Name').fill('Mary Somerville');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Your session has ended.').waitFor();
    // Her toasts disappear with her session.
    expect(await page.getByText('Saved').count()).toBe(0);
    await signIn(page, person('Mary'));
    await page.waitForURL('**/account');
  });

  it('navigates without a connection', async () => {
    const page = await visit();
    const files = new Set<string>();
    page.on('response', (response) => files.add(new URL(response.url()).pathname));
    await signUp(page, person('Hedy'));
    await expect.poll(() => [...files].some((file) => file.includes('/audit-page-'))).toBe(true);
    await page.context().setOffline(true);
    await open(page, 'Account');
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await page.getByRole('alert').getByText('The server cannot be reached.').first().waitFor();
  });

  it('shows what is missing, not the error page of the browser, when a page cannot be loaded', async () => {
    const page = await visit();
    await signUp(page, person('Rosa'));
    let reachable = false;
    for (const files of ['**/assets/account-page-*.js', '**/health'])
      await page.route(files, (route) => (reachable ? route.continue() : route.abort()));
    await page.reload();
    await open(page, 'Account');
    await page.getByRole('alert').getByText('The server cannot be reached.').waitFor();
    reachable = true;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
  });
});
