import type { Browser } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { accessibilityFaults, address, composer, newVisitor, signUp, type Visitor } from './browser.ts';
import { type RunningServer, sharedServer } from './server.ts';

const ada = { name: 'Ada Lovelace', email: address('ada'), password: 'a quiet engine' };

describe.skipIf(chromiumPath === undefined)('signing in', () => {
  let browser: Browser;
  let server: RunningServer;
  const visitors: Visitor[] = [];

  async function visit(options = {}): Promise<Visitor> {
    const visitor = await newVisitor(browser, server.url, options);
    visitors.push(visitor);
    return visitor;
  }

  beforeAll(async () => {
    [browser, server] = await Promise.all([oneBrowser(), sharedServer()]);
    const { page, close } = await newVisitor(browser, server.url);
    await signUp(page, ada);
    await close();
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.close();
  });

  it('opens the requested page after sign-in, and signs out again', async () => {
    const { page, troubles } = await visit();
    await page.goto('/account');
    await page.waitForURL('**/login?redirect=*');
    await page.getByTestId('email').fill(ada.email);
    await page.getByTestId('password').fill(ada.password);
    await page.getByTestId('login').click();
    await page.waitForURL('**/account');
    await page.goto('/login');
    await composer(page).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
    expect(troubles.filter((trouble) => !trouble.includes('/api/account/'))).toEqual([]);

    await page.getByTestId('account-menu').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByTestId('login').waitFor();
    await page.goto('/');
    await page.waitForURL('**/login');
  });

  it('never leads to another site', async () => {
    const { page } = await visit();
    await page.goto('/login?redirect=//evil.example/');
    await page.getByTestId('email').fill(ada.email);
    await page.getByTestId('password').fill(ada.password);
    await page.getByTestId('login').click();
    await composer(page).waitFor();
    expect(page.url()).toBe(`${server.url}/`);
  });

  it('shows what went wrong', async () => {
    const { page } = await visit();
    await page.goto('/login');
    await page.getByTestId('email').fill(ada.email);
    await page.getByTestId('password').fill('not the password');
    await page.getByTestId('login').click();
    await page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();

    await page.context().setOffline(true);
    await page.getByTestId('login').click();
    await page.getByRole('alert').getByText('The server cannot be reached.').waitFor();
    await page.context().setOffline(false);

    await page.getByRole('button', { name: 'Create one' }).click();
    await page.getByTestId('name').fill('Another Ada');
    // The address typed in the other mode is still there.
    expect(await page.getByTestId('email').inputValue()).toBe(ada.email);
    await page.getByTestId('password').fill('long enough');
    await page.getByTestId('create-account').click();
    await page.getByRole('alert').getByText('An account with this e-mail exists.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it.each([
    ['light', 1280, 'en-GB', 'Sign in'],
    ['dark', 360, 'es-MX', 'Iniciar sesión'],
  ] as const)('is accessible in %s at %i pixels in %s', async (colorScheme, width, locale, title) => {
    const { page, troubles } = await visit({ colorScheme, viewport: { width, height: 740 }, locale });
    await page.goto('/login');
    await page.getByRole('heading', { name: title }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(troubles).toEqual([]);
  });

  it('shows the errors of fields in the language of the page, and focuses the first invalid field', async () => {
    // The browser itself speaks English here; its own bubbles would.
    const { page } = await visit();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    await page.goto('/login?mode=create&lang=fr');
    await page.getByTestId('password').fill('court');
    await page.getByTestId('create-account').click();
    expect(await page.getByText('Ce champ est nécessaire.').count()).toBe(2);
    await page.getByText('Utilisez au moins 8 caractères.').waitFor();
    expect(await focused()).toBe('name');
    await page.getByTestId('name').fill('Ada');
    await page.getByTestId('email').fill('ada at example');
    await page.keyboard.press('Enter');
    await page.getByText('Ce n’est pas une adresse e-mail.').waitFor();
    expect(await focused()).toBe('email');
    expect(await page.getByTestId('email').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByText('Ce champ est nécessaire.').count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    // The error disappears once the person edits the field.
    await page.getByTestId('email').fill('ada@example');
    expect(await page.getByText('Ce n’est pas une adresse e-mail.').count()).toBe(0);
  });

  it('works with the keyboard alone', async () => {
    const { page } = await visit();
    await page.goto('/login');
    await page.getByTestId('login').waitFor();
    // The first field has the focus already.
    await page.keyboard.type(ada.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ada.password);
    await page.keyboard.press('Enter');
    await composer(page).waitFor();
    await page.getByTestId('account-menu').focus();
    await page.keyboard.press('ArrowUp');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Sign out');
    await page.keyboard.press('Home');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Account');
    await page.keyboard.press('Escape');
    expect(await page.getByTestId('account-menu').getAttribute('aria-expanded')).toBe('false');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('account-menu');
  });

  it('uses the language of the address, then of the last choice, and English for an unknown one', async () => {
    const { page } = await visit({ locale: 'de-DE' });
    await page.goto('/login?lang=fr');
    await page.getByRole('heading', { name: 'Connexion' }).waitFor();
    await page.goto('/login?lang=tlh');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitemradio', { name: 'Español' }).click();
    await page.getByRole('heading', { name: 'Iniciar sesión' }).waitFor();
    await page.goto('/login');
    await page.getByRole('heading', { name: 'Iniciar sesión' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('es');
  });

  it('keeps the chosen colours from the first paint of the next visit', async () => {
    const { page } = await visit({ colorScheme: 'light' });
    await page.goto('/login');
    await page.getByRole('button', { name: 'Use dark colours' }).click();
    // Without any script of ours but the one that runs before the first paint.
    await page.route('**/assets/*.js', (route) => route.abort());
    await page.reload();
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
  });
});
