import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appCode } from '../apps/server/src/features/accounts/signing-in/second-factor/testing.ts';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { accessibilityFaults, composer, fillInSignUp, newVisitor, type Visitor } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

const ada = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'a quiet engine' };
const grace = { name: 'Grace Hopper', email: 'grace@example.com', password: 'a loud engine' };

// The tests run in order and build on each other: an administrator and the person she invites, each with an own browser.
describe.skipIf(chromiumPath === undefined)('administration', () => {
  let browser: Browser;
  let server: RunningServer;
  let admin: Visitor;
  let guest: Visitor;
  /** The secret in Grace's app, and the time step of the last used code. */
  let secret = '';
  let usedStep = 0;

  beforeAll(async () => {
    [browser, server] = await Promise.all([oneBrowser(), startServer({ REGISTRATION: 'closed' })]);
    [admin, guest] = [await newVisitor(browser, server.url), await newVisitor(browser, server.url)];
    await fillInSignUp(admin.page, ada);
  });
  afterAll(async () => {
    for (const visitor of [admin, guest]) await visitor.close();
    await server.close();
  });

  /** Chooses an act for a person in the list of people. */
  async function choose(name: string, action: string): Promise<void> {
    await admin.page.getByRole('button', { name: `Actions for ${name}` }).click();
    await admin.page.getByRole('menuitem', { name: action, exact: true }).click();
  }
  /** Chooses an act and confirms it. */
  async function act(name: string, action: string): Promise<void> {
    await choose(name, action);
    await admin.page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
  }
  const toast = (text: string) => admin.page.getByText(text).first().waitFor();
  const row = (name: string) => admin.page.getByRole('row').filter({ hasText: name });
  /** The text about a person in the list; narrow screens show it in another place. */
  const standing = (name: string, text: string) => row(name).getByText(text).filter({ visible: true });

  async function signIn(page: Page, person: { email: string; password: string }): Promise<void> {
    await page.goto('/login');
    await page.getByTestId('email').fill(person.email);
    await page.getByTestId('password').fill(person.password);
    await page.getByTestId('login').click();
  }
  /** The next code of Grace's app that was not used yet; waits for it when need be. */
  async function nextCode(): Promise<string> {
    const step = () => Math.floor(Date.now() / 30_000);
    // The server takes the code of the step to come as well: clocks differ.
    await expect.poll(() => step() + 1 > usedStep, { timeout: 40_000, interval: 500 }).toBe(true);
    usedStep = Math.max(usedStep + 1, step());
    return appCode(secret, usedStep * 30_000);
  }

  it('invites a person by a link that works once', async () => {
    const { page } = admin;
    await page.goto('/admin');
    await standing(ada.name, 'Administrator').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'New person' }).click();
    await page.getByRole('dialog').getByLabel('E-mail').fill(grace.email);
    await page.getByRole('dialog').getByRole('button', { name: 'Invite', exact: true }).click();
    const link = await page.getByRole('dialog').getByLabel('Link').inputValue();
    expect(link).toMatch(/^http:\/\/localhost:\d+\/login\?invitation=/);
    await page.getByRole('dialog').getByText('This server sends no mail.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('link', { name: 'Invitations' }).click();
    await row(grace.email).waitFor();

    // The page shows the e-mail address of the link.
    await guest.page.goto(link);
    await guest.page.getByText('You have been invited.').waitFor();
    expect(await guest.page.getByTestId('email').inputValue()).toBe(grace.email);
    expect(await guest.page.getByTestId('email').isEditable()).toBe(false);
    expect(await accessibilityFaults(guest.page)).toEqual([]);
    await guest.page.getByTestId('name').fill(grace.name);
    await guest.page.getByTestId('password').fill(grace.password);
    await guest.page.getByTestId('create-account').click();
    await composer(guest.page).waitFor();

    // A second visitor sees that the link is used before they fill in anything.
    const late = await newVisitor(browser, server.url);
    await late.page.goto(link);
    await late.page.getByRole('alert').getByText('This link was used before or has expired.').waitFor();
    await late.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await late.close();
  });

  it('gives a link to choose a new password, which works once', async () => {
    await admin.page.goto('/admin');
    await act(grace.name, 'Make a reset link');
    const link = await admin.page.getByRole('dialog').getByLabel('Link').inputValue();
    await admin.page.getByRole('button', { name: 'Close' }).last().click();
    const { page, close } = await newVisitor(browser, server.url);
    await page.goto(link);
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    expect(await page.getByTestId('email').inputValue()).toBe(grace.email);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByTestId('password').fill(grace.password);
    await page.keyboard.press('Enter');
    await page.getByText('The password is saved.').waitFor();
    // The used-up token is gone from the address, and the way in is open.
    expect(new URL(page.url()).searchParams.get('reset')).toBeNull();
    await page.goto(link);
    await page.getByRole('alert').getByText('This link was used before or has expired.').waitFor();
    await signIn(page, grace);
    await composer(page).waitFor();
    await close();
    await guest.page.goto('/');
    await signIn(guest.page, grace);
    await composer(guest.page).waitFor();
  });

  it('promotes and demotes', async () => {
    await guest.page.goto('/admin');
    await guest.page.getByRole('heading', { name: 'There is no such page' }).waitFor();

    await admin.page.goto('/admin');
    await act(grace.name, 'Make administrator');
    await toast('Grace Hopper is now administrator');
    await standing(grace.name, 'Administrator').waitFor();
    await guest.page.goto('/admin');
    await guest.page.getByRole('heading', { name: 'Administration' }).waitFor();

    await act(grace.name, 'Make ordinary user');
    await toast('Grace Hopper is now an ordinary user');
    await expect.poll(() => standing(grace.name, 'Administrator').count()).toBe(0);
    // Her open page gets no more data.
    await guest.page.getByRole('link', { name: 'Audit log' }).click();
    await guest.page.getByRole('alert').getByText('Your account may not do this.').waitFor();

    await act(ada.name, 'Make ordinary user');
    await admin.page.getByRole('dialog').getByText('This is the last administrator.').waitFor();
    await admin.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    // The focus returns to the menu button; the own account has no act that belongs to /account.
    const menu = admin.page.getByRole('button', { name: `Actions for ${ada.name}` });
    expect(await menu.evaluate((button) => button === document.activeElement)).toBe(true);
    await menu.click();
    expect(await admin.page.getByRole('menuitem').allTextContents()).toEqual([
      'Make ordinary user',
      'Change name or e-mail',
      'Sessions',
    ]);
    await admin.page.keyboard.press('Escape');
    // Cancelled, so nothing changed.
    await choose(grace.name, 'Disable');
    await admin.page
      .getByRole('dialog')
      .getByText('signing in is refused until you enable the account again')
      .waitFor();
    await admin.page.keyboard.press('Escape');
    expect(await standing(grace.name, 'Disabled').count()).toBe(0);
  });

  it('a person sets up a second factor, and signs in with it', async () => {
    const { page, troubles } = guest;
    troubles.length = 0;
    await page.goto('/account');
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('dialog').getByLabel('Current password').fill(grace.password);
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('img', { name: /QR/ }).waitFor();
    secret = await page.getByRole('dialog').getByRole('textbox').first().inputValue();
    const recovery = await page.getByRole('dialog').getByRole('listitem').allTextContents();
    expect(recovery).toHaveLength(10);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page
      .getByRole('dialog')
      .getByRole('textbox', { name: 'Code' })
      .fill(await nextCode());
    await page.getByRole('dialog').locator('button[type=submit]').click();
    await page.getByText('Two-factor sign-in is on').first().waitFor();

    await page.getByTestId('account-menu').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByTestId('login').waitFor();
    await signIn(page, grace);
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    // The password alone does not sign in.
    const session = await page.evaluate(async () => (await fetch('/api/auth/session')).json());
    expect(session).toEqual({ user: null });
    expect(troubles).toEqual([]);
    await page.getByTestId('code').fill('000000');
    await page.getByTestId('code').press('Enter');
    await page.getByRole('alert').getByText('This code is not right').waitFor();
    await page.getByTestId('code').fill(await nextCode());
    await page.getByTestId('code').press('Enter');
    await composer(page).waitFor();

    const elsewhere = await newVisitor(browser, server.url);
    await signIn(elsewhere.page, grace);
    await elsewhere.page.getByRole('button', { name: 'Use a recovery code' }).click();
    await elsewhere.page.getByTestId('code').fill(recovery[0]!);
    await elsewhere.page.getByTestId('code').press('Enter');
    await composer(elsewhere.page).waitFor();
    await elsewhere.page.goto('/account');
    await elsewhere.page.getByText('This one').waitFor();
    await elsewhere.page.getByRole('button', { name: 'End all other sessions' }).click();
    await expect.poll(() => elsewhere.page.getByRole('button', { name: /^End the session on/ }).count()).toBe(0);
    await page.goto('/account');
    await page.waitForURL('**/login?redirect=*');
    await guest.close();
    guest = elsewhere;
  });

  it('gives a temporary password, which has to be changed at once', async () => {
    await admin.page.goto('/admin');
    await standing(grace.name, 'Two-factor').waitFor();
    await act(grace.name, 'Remove two-factor sign-in');
    await toast('Grace Hopper signs in with the password alone');
    await act(grace.name, 'Set a temporary password');
    const temporary = await admin.page.getByRole('dialog').getByLabel('Temporary password').inputValue();
    await admin.page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

    const { page } = guest;
    await signIn(page, { email: grace.email, password: temporary });
    await page.waitForURL('**/account');
    await page.getByText('You signed in with a temporary password.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto('/');
    await page.waitForURL('**/account');
    await page.getByLabel('Temporary password').fill(temporary);
    await page.getByLabel('New password').fill(grace.password);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The password is changed').first().waitFor();
    await composer(page).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  });

  it('changes the name and the e-mail address of a person', async () => {
    const { page } = admin;
    await choose(grace.name, 'Change name or e-mail');
    await page.getByRole('dialog').getByLabel('E-mail').fill(ada.email);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('An account with this e-mail exists.').waitFor();
    grace.email = 'rear.admiral@example.com';
    await page.getByRole('dialog').getByLabel('E-mail').fill(grace.email);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await row(grace.email).waitFor();
    // The page of hers that is open goes on.
    await guest.page.goto('/account');
    await expect.poll(() => guest.page.getByLabel('E-mail').inputValue()).toBe(grace.email);
  });

  it('disables an account, whose open page ends, and deletes it', async () => {
    await act(grace.name, 'Disable');
    await toast('Grace Hopper can no longer sign in');
    await guest.page.goto('/account');
    await guest.page.waitForURL('**/login?redirect=*');
    await signIn(guest.page, grace);
    await guest.page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
    await act(grace.name, 'Enable');
    await toast('Grace Hopper can sign in again');
    await guest.page.getByTestId('password').fill(grace.password);
    await guest.page.getByTestId('login').click();
    await composer(guest.page).waitFor();

    await choose(grace.name, 'Delete');
    await admin.page.getByRole('dialog').getByLabel(`Type ${grace.email} to confirm`).fill(grace.email);
    await admin.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await toast('Grace Hopper is deleted');
    await expect.poll(() => row(grace.name).count()).toBe(0);
  });

  it('has all of it in the audit log', async () => {
    const { page } = admin;
    await page.getByRole('link', { name: 'Audit log' }).click();
    const acts = page.getByRole('rowgroup').last().getByRole('row');
    await expect.poll(() => acts.count()).toBe(10);
    const logged = (await acts.allTextContents()).map((text) => text.replace(/:.*/s, ''));
    expect(logged).toEqual([
      'Account deleted',
      'Account enabled',
      'Account disabled',
      'Renamed',
      'Password reset',
      'Two-factor sign-in removed',
      'Made ordinary user',
      'Made administrator',
      'Password reset',
      'Invited',
    ]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('Show').selectOption({ label: 'Invited' });
    await expect.poll(() => acts.count()).toBe(1);
    expect(await acts.first().textContent()).toContain('grace@example.com');
    // The browser logs the intended refusals; there is no other fault, and no request to another origin.
    expect(admin.troubles.filter((trouble) => !/status of 409/.test(trouble))).toEqual([]);
  });
});
