import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { accessibilityFaults, address, composer, newVisitor, signUp, type Visitor } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

const password = 'a quiet engine';
const long = {
  name: 'Maximilian-Alexander von Hohenstein-Wernigerode zu Schwarzburg-Rudolstadt',
  email: '',
  password,
};

describe.skipIf(chromiumPath === undefined)('the account page', () => {
  let browser: Browser;
  let server: RunningServer;
  const visitors: Visitor[] = [];

  async function visit(options = {}): Promise<Page> {
    const visitor = await newVisitor(browser, server.url, options);
    visitors.push(visitor);
    return visitor.page;
  }
  const dialog = (page: Page) => page.getByRole('dialog');
  /** Checks that nothing overflows the page or a dialog sideways. */
  const fits = (page: Page) =>
    page.evaluate(() =>
      [document.documentElement, document.querySelector('#content'), document.querySelector('dialog')].every(
        (element) => element === null || element.scrollWidth <= element.clientWidth,
      ),
    );

  /** The look of the menu that `button` opens: its box, its last row, and that row under the pointer. */
  async function menuLook(page: Page, button: Locator): Promise<Record<string, string>[]> {
    const look = (place: Locator, names: string[]) =>
      place.evaluate((element, names) => {
        const style = getComputedStyle(element);
        // Tailwind writes empty shadows before the real one.
        const value = (name: string) =>
          style.getPropertyValue(name).replaceAll('rgba(0, 0, 0, 0) 0px 0px 0px 0px, ', '');
        return Object.fromEntries(names.map((name) => [name, value(name)]));
      }, names);
    await button.click();
    // The first one has the focus.
    const row = page.locator('[role=menuitem]:visible').last();
    const parts = [
      await look(page.locator(':is([part=menu], div:has(> [role=menu])):visible').last(), [
        'padding',
        'border-radius',
        'background-color',
        'box-shadow',
        'min-width',
        'max-width',
      ]),
      await look(row, ['height', 'padding-left', 'border-radius', 'font-size', 'gap', 'color']),
    ];
    await row.hover();
    parts.push(await look(row, ['background-color']));
    await page.keyboard.press('Escape');
    return parts;
  }

  beforeAll(async () => {
    [browser, server] = await Promise.all([oneBrowser(), startServer()]);
    // The first account is the administrator's, who cannot leave.
    await signUp(await visit(), { name: 'Ada Lovelace', email: 'ada@example.com', password });
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.close();
  });
  afterAll(async () => {
    await server.close();
  });

  it('shares one palette with the chat; with forced colours, edges and the selection stay visible', async () => {
    const page = await visit({ colorScheme: 'light' });
    await signUp(page, { name: 'Grace', email: address('grace'), password });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const colours = () =>
        Promise.all(
          [page.locator('body'), page.locator('openai-chatkit [part=chat]')].map((place) =>
            place.evaluate((element) => {
              const inChat = element.getRootNode() !== document;
              const probe = document.createElement('i');
              const names = inChat
                ? [
                    '--ck-accent',
                    '--ck-danger',
                    '--ck-bg',
                    '--ck-bg-raised',
                    '--ck-bg-hover',
                    '--ck-accent-soft',
                    '--ck-text',
                    '--ck-radius-m',
                    '--ck-radius-l',
                  ]
                : [
                    '--accent',
                    '--danger',
                    '--paper',
                    '--sheet',
                    '--sunken',
                    '--wash',
                    '--ink',
                    '--corner-control',
                    '--corner-sheet',
                  ];
              element.append(probe);
              const values = names.map((name) => {
                probe.style.cssText = `color:var(${name});inline-size:var(${name});display:block`;
                const { color, inlineSize } = getComputedStyle(probe);
                return name.includes('radius') || name.includes('corner') ? inlineSize : color;
              });
              probe.remove();
              return values;
            }),
          ),
        );
      // The element notices another scheme by itself.
      await expect
        .poll(async () => {
          const [app, chat] = await colours();
          return JSON.stringify(chat) === JSON.stringify(app) || { app, chat };
        })
        .toBe(true);
    }
    await composer(page).fill('Hello');
    await composer(page).press('Enter');
    const [app, chat] = [page.getByTestId('account-menu'), page.getByRole('button', { name: 'More', exact: true })];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await menuLook(page, chat)).toEqual(await menuLook(page, app));
    }
    await page.emulateMedia({ forcedColors: 'active' });
    await page.goto('/account');
    await page.getByRole('button', { name: 'Save' }).first().waitFor();
    const edgeless = await page
      .locator('button:visible')
      .evaluateAll((all) =>
        all
          .filter((button) => Number.parseFloat(getComputedStyle(button).borderTopWidth) < 1)
          .map((each) => each.outerHTML),
      );
    expect(edgeless).toEqual([]);
    const outlines = await page
      .locator('label:has(input[type=radio])')
      .evaluateAll((all) =>
        all.map((label) => [label.querySelector('input')!.checked, getComputedStyle(label).outlineStyle]),
      );
    expect(outlines.filter(([checked]) => checked)).not.toHaveLength(0);
    for (const [checked, outline] of outlines) expect(outline).toBe(checked ? 'solid' : 'none');
  });

  it('fits the longest names on the smallest screens, up to the deletion', async () => {
    const page = await visit({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    long.email = address('maximilian.alexander.von.hohenstein.wernigerode.zu.schwarzburg');
    await signUp(page, long);
    await page.goto('/account');
    await page.getByText('This one').waitFor();
    await page.getByRole('meter', { name: '0 files · 0 bytes of 1 GB' }).waitFor();
    expect(await fits(page)).toBe(true);
    expect(await page.getByLabel('E-mail').isEditable()).toBe(false);
    await page.getByRole('button', { name: 'Delete my account' }).click();
    expect(await fits(page)).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByLabel(`Type ${long.email} to confirm`).fill(long.email);
    await dialog(page).getByLabel('Current password').fill('not the password');
    await dialog(page).getByRole('button', { name: 'Delete my account' }).click();
    await dialog(page).getByText('The password is wrong.').waitFor();
    // The text typed before the dialog was closed is gone when it opens again.
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    const button = page.getByRole('button', { name: 'Delete my account' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await button.click();
    expect(await page.getByLabel(`Type ${long.email} to confirm`).inputValue()).toBe('');
    await page.getByLabel(`Type ${long.email} to confirm`).fill(long.email.toUpperCase());
    await dialog(page).getByLabel('Current password').fill(password);
    await dialog(page).getByRole('button', { name: 'Delete my account' }).click();
    await page.getByText('Your account is deleted.').waitFor();
    expect(new URL(page.url()).pathname).toBe('/login');
  });

  it('shows recovery codes that can be copied, also where the browser has no clipboard', async () => {
    const page = await visit();
    await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await signUp(page, { name: 'Grace', email: address('grace'), password });
    await page.goto('/account');
    await page.getByRole('button', { name: 'Turn on' }).click();
    await dialog(page).getByLabel('Current password').fill(password);
    await dialog(page).getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('img', { name: /QR/ }).waitFor();
    // The focus follows into the next step.
    expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true);
    const codes = await dialog(page).getByRole('listitem').allTextContents();
    const copied = page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          document.addEventListener('copy', () => resolve(String(getSelection())), { once: true });
        }),
    );
    await dialog(page).getByRole('button', { name: 'Copy the recovery codes' }).click();
    expect((await copied).split(/\s+/).filter(Boolean)).toEqual(codes);
    await dialog(page).getByRole('button', { name: 'Copied' }).waitFor();
  });

  it('shows the error of a new password, and accepts a valid one', async () => {
    const page = await visit();
    await signUp(page, { name: 'Joan', email: address('joan'), password });
    await page.goto('/account');
    await page.getByLabel('Current password').fill(password);
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('alert').getByText('This is the password you have already.').waitFor();
    await page.getByLabel('New password').fill('another quiet engine');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The password is changed').waitFor();
    expect(await page.getByLabel('New password').inputValue()).toBe('');
  });

  it('exports everything as one file', async () => {
    const page = await visit();
    const mary = { name: 'Mary', email: address('mary'), password };
    await signUp(page, mary);
    await composer(page).fill('What can you do?');
    await composer(page).press('Enter');
    await page.locator('openai-chatkit [part=assistant-message]').getByText('weather').first().waitFor();
    await page.goto('/account');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download my data' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('causerie.json');
    const data = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(data.account.email).toBe(mary.email);
    expect(JSON.stringify(data.threads)).toContain('What can you do?');
  });

  it('transfers conversations to the person whom the administrator chose, and preselects nobody', async () => {
    const [page, owner] = [await visit(), await visit()];
    const rosa = address('rosa');
    await signUp(owner, { name: 'Rosa', email: rosa, password });
    await composer(owner).fill('What can you do?');
    await composer(owner).press('Enter');
    await owner.locator('openai-chatkit [part=assistant-message]').getByText('weather').first().waitFor();
    await page.goto('/login?redirect=/admin');
    await page.getByTestId('email').fill('ada@example.com');
    await page.getByTestId('password').fill(password);
    await page.getByTestId('login').click();
    await page.getByRole('button', { name: 'Actions for Rosa' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const heir = dialog(page).getByLabel('Hand over to');
    await dialog(page).getByLabel(`Type ${rosa} to confirm`).fill(rosa);
    await expect.poll(() => heir.getByRole('option').count()).toBeGreaterThan(1);
    await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click();
    // Nobody is selected, so the browser asks for a choice.
    expect(await heir.evaluate((select: HTMLSelectElement) => [select.value, select.validity.valueMissing])).toEqual([
      '',
      true,
    ]);
    await heir.selectOption({ label: 'Ada Lovelace (ada@example.com)' });
    await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Rosa is deleted').waitFor();
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByText('Hand over to: Ada Lovelace').waitFor();
    // Her open page ends.
    await owner.waitForURL('**/login?redirect=*');
  });

  it('ends a session once, however often the button is pressed', async () => {
    const person = { name: 'Hedy', email: address('hedy'), password };
    const [page, elsewhere] = [await visit(), await visit()];
    await signUp(page, person);
    await elsewhere.goto('/login');
    await elsewhere.getByTestId('email').fill(person.email);
    await elsewhere.getByTestId('password').fill(password);
    await elsewhere.getByTestId('login').click();
    await composer(elsewhere).waitFor();
    await page.goto('/account');
    const end = page.getByRole('button', { name: /^End the session on/ });
    await end.dblclick();
    await expect.poll(() => end.count()).toBe(0);
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
