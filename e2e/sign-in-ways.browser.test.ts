import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { appCode } from '../apps/server/src/features/accounts/signing-in/second-factor/testing.ts';
import { type TestDatabase, testDatabase } from '../apps/server/src/platform/database/testing.ts';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { freePort } from '../tools/free-port.ts';
import { accessibilityFaults, address, composer, newVisitor, signUp, type Visitor } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

const password = 'a quiet engine';
/** People whom the provider knows and the server does not: one for each attempt of a test. */
const newcomers = ['carol', 'carla'];
const others = ['dora', 'doris'];
const providerProcess = 'apps/server/src/features/accounts/signing-in/oidc/testing/provider-process.ts';

describe.skipIf(chromiumPath === undefined)('the ways to sign in', () => {
  let browser: Browser;
  let server: RunningServer;
  let database: TestDatabase;
  const visitors: Visitor[] = [];
  const ends: (() => void)[] = [];

  /** A browser with a virtual device for passkeys, which confirms that its user is present. */
  async function visit(options = {}): Promise<{ page: Page; device: CDPSession; authenticatorId: string }> {
    const visitor = await newVisitor(browser, server.url, options);
    visitors.push(visitor);
    const { page } = visitor;
    const device = await page.context().newCDPSession(page);
    await device.send('WebAuthn.enable');
    const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return { page, device, authenticatorId };
  }
  const dialog = (page: Page) => page.getByRole('dialog');
  /** Presses the button that opens a dialog, gives the password there and goes on. */
  async function confirm(page: Page, opens: string, submit: string, given?: string): Promise<void> {
    await page.getByRole('button', { name: opens, exact: true }).click();
    if (given !== undefined) await dialog(page).getByLabel('Current password').fill(given);
    await dialog(page).getByRole('button', { name: submit, exact: true }).click();
  }
  async function addPasskey(page: Page, name: string, given?: string): Promise<void> {
    await page.goto('/account');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    // The name of the browser is there already.
    expect(await dialog(page).getByLabel('Name').inputValue()).not.toBe('');
    await dialog(page).getByLabel('Name').fill(name);
    if (given !== undefined) await dialog(page).getByLabel('Current password').fill(given);
    await dialog(page).getByRole('button', { name: 'Continue' }).click();
    await page.getByText('The passkey is added').waitFor();
  }
  async function signOut(page: Page): Promise<void> {
    await page.getByTestId('account-menu').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByTestId('login').waitFor();
  }
  async function signIn(page: Page, email: string): Promise<void> {
    await page.getByTestId('email').fill(email);
    await page.getByTestId('password').fill(password);
    await page.getByTestId('login').click();
  }

  beforeAll(async () => {
    const [serverPort, port] = [await freePort(), await freePort()];
    database = await testDatabase({ poolSize: 1 });
    const issuer = `http://127.0.0.1:${port}`;
    const client = { client_id: 'causerie', client_secret: 'a secret' };
    const known = JSON.stringify({
      carol: { email: 'carol@example.com', email_verified: true, name: 'Carol', locale: 'en' },
      carla: { email: 'carla@example.com', email_verified: true, name: 'Carla', locale: 'en' },
      ...Object.fromEntries(others.map((name) => [name, { email: `${name}@example.com`, email_verified: true, name }])),
      grace: { email: 'grace@example.com', email_verified: true, name: 'Grace of the provider' },
    });
    const callback = `http://localhost:${serverPort}/api/auth/oidc/example/callback`;
    const provider = spawn(process.execPath, [providerProcess, String(port), callback, known]);
    ends.push(() => provider.kill());
    [browser, server] = await Promise.all([
      oneBrowser(),
      startServer({
        PORT: String(serverPort),
        DATABASE_URL: database.url,
        OIDC_PROVIDERS: JSON.stringify([{ id: 'example', name: 'Example', issuer, ...client }]),
      }),
      once(provider.stdout, 'data'),
    ]);
    // The first account is the administrator's.
    const { page } = await visit();
    await signUp(page, { name: 'Ada', email: 'ada@example.com', password });
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.close();
  });
  afterAll(async () => {
    for (const end of ends) end();
    await server.close();
    await database.close();
  });

  it('are a passkey, which is added, renamed, used and removed', async () => {
    const { page } = await visit();
    await signUp(page, { name: 'Joan', email: address('joan'), password });
    await addPasskey(page, 'Laptop', password);
    await page.getByText('On one device only').waitFor();
    await page.getByText('Never used').waitFor();
    await page.getByRole('button', { name: 'Rename “Laptop”' }).click();
    await dialog(page).getByLabel('Name').fill('Old laptop');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.getByText('Old laptop').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    // The device has a passkey of this account already: a second one would have no use.
    await confirm(page, 'Add a passkey', 'Continue', password);
    await dialog(page).getByText('This device already has a passkey for your account.').waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();

    await signOut(page);
    await page.goto('/login?redirect=/account');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL('**/account');
    await page.getByText(/Added .* · Last used/).waitFor();

    await confirm(page, 'Remove “Old laptop”', 'Remove', 'not the password');
    await dialog(page).getByText('The password is wrong.').waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await confirm(page, 'Remove “Old laptop”', 'Remove', password);
    await page.getByText('The passkey is removed').waitFor();
    await signOut(page);
    // The device still has it; the server does not know it any more.
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('alert').getByText('This sign-in could not be verified').waitFor();
  });

  it('are the password and a passkey after it', async () => {
    const { page, device, authenticatorId } = await visit();
    const email = address('hedy');
    await signUp(page, { name: 'Hedy', email, password });
    await addPasskey(page, 'Laptop', password);
    await confirm(page, 'Ask for it', 'Ask for it', password);
    await page.getByText('The password asks for a passkey now').waitFor();
    await signOut(page);

    await signIn(page, email);
    await page.getByRole('button', { name: 'Use a passkey' }).waitFor();
    // There is no app to ask for a code of.
    expect(await page.getByTestId('code').count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('alert').getByText('The browser gave no passkey').waitFor();
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await composer(page).waitFor();

    await page.goto('/account');
    await confirm(page, 'Stop asking', 'Stop asking', password);
    await page.getByText('The password asks for no passkey any more').waitFor();
    await signOut(page);
    await signIn(page, email);
    await composer(page).waitFor();
  });

  it('are a provider: for a newcomer without a password, who keeps at least one way', async () => {
    const { page } = await visit();
    const newcomer = newcomers.shift()!;
    await page.goto('/login?redirect=/account');
    await page.getByRole('link', { name: 'Continue with Example' }).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByRole('alert').getByText('The sign-in was cancelled.').waitFor();
    expect(new URL(page.url()).search).not.toContain('error');

    await page.goto('/login?redirect=/account');
    await page.getByRole('link', { name: 'Continue with Example' }).click();
    await page.getByRole('link', { name: newcomer }).click();
    await page.waitForURL('**/account');
    await page.getByText(`Connected as ${newcomer}@example.com`).waitFor();
    await page.getByText('Your account has no password.').waitFor();
    expect(await page.getByLabel('Current password').count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);

    await confirm(page, 'Disconnect Example', 'Disconnect');
    await dialog(page).getByText('This is the only way to sign in to your account. Add another one first.').waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();

    // A person without a password must have signed in recently. The server caches a session for seconds.
    await database.pool.query(`UPDATE sessions SET created_at = created_at - interval '1 hour'`);
    await page.getByRole('button', { name: 'Disconnect Example' }).click();
    const again = dialog(page).getByRole('button', { name: 'Sign in again' });
    await expect
      .poll(
        async () => {
          await dialog(page).getByRole('button', { name: 'Disconnect', exact: true }).click();
          await dialog(page).getByRole('alert').waitFor();
          return again.count();
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    await again.click();
    await page.getByRole('link', { name: 'Continue with Example' }).click();
    await page.waitForURL('**/account');

    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('Your account has a password now').waitFor();
    await confirm(page, 'Disconnect Example', 'Disconnect', password);
    await page.getByText('Example is disconnected').waitFor();
    await page.getByText('Not connected').waitFor();

    // Connected anew from within; cancelled first, which is said where it was begun. The provider forgets who it was.
    await page.context().clearCookies({ domain: '127.0.0.1' });
    await confirm(page, 'Connect Example', 'Continue', password);
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.waitForURL('**/account');
    await page.getByRole('alert').getByText('The sign-in was cancelled.').waitFor();
    await confirm(page, 'Connect Example', 'Continue', password);
    await page.getByRole('link', { name: newcomer }).click();
    await page.getByText(`Connected as ${newcomer}@example.com`).waitFor();
  });

  it('need no password of a person without one: for a second factor, for deletion', async () => {
    const { page } = await visit();
    const other = others.shift()!;
    await page.goto('/login?redirect=/account');
    await page.getByRole('link', { name: 'Continue with Example' }).click();
    await page.getByRole('link', { name: other, exact: true }).click();
    await confirm(page, 'Turn on', 'Continue');
    await page.getByRole('img', { name: /QR/ }).waitFor();
    const secret = await dialog(page).getByLabel('Or type in this secret').inputValue();
    await dialog(page).getByRole('textbox', { name: 'Code', exact: true }).fill(appCode(secret, Date.now()));
    await dialog(page).getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('Two-factor sign-in is on').waitFor();
    await signOut(page);

    // After the provider comes the second factor, and then the page that was asked for.
    await page.goto('/login?redirect=/account');
    await page.getByRole('link', { name: 'Continue with Example' }).click();
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    expect(await page.getByRole('button', { name: 'Use a passkey' }).count()).toBe(0);
    await page.getByTestId('code').fill(appCode(secret, Date.now() + 30_000));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/account');

    await page.getByRole('button', { name: 'Delete my account' }).click();
    await dialog(page).getByLabel(`Type ${other}@example.com to confirm`).fill(`${other}@example.com`);
    await dialog(page).getByRole('button', { name: 'Delete my account' }).click();
    await page.getByText('Your account is deleted.').waitFor();
  });

  it('do not connect an account to a provider without its person, and show what to do', async () => {
    const { page } = await visit();
    await signUp(page, { name: 'Grace', email: 'grace@example.com', password });
    await signOut(page);
    await page.getByRole('link', { name: 'Continue with Example' }).click();
    await page.getByRole('link', { name: 'grace' }).click();
    await page.getByRole('alert').getByText('then connect the provider under Account').waitFor();
    // The question for the second factor, which nobody is asked any more.
    await page.goto('/login?second_factor=true');
    await page.getByRole('alert').getByText('This sign-in took too long').waitFor();
    await page.getByTestId('login').waitFor();
    await page.goto('/login?error=%3Cb%3Ebad%3C/b%3E');
    await page.getByRole('alert').getByText('This sign-in could not be verified').waitFor();
  });

  it('are an API key for a program, shown once', async () => {
    const { page } = await visit({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    await page.goto('/login?redirect=/account');
    await signIn(page, 'ada@example.com');
    await page.getByRole('button', { name: 'New API key' }).click();
    await dialog(page).getByLabel('Name').fill('Backup');
    await dialog(page).getByLabel('Administration').check();
    await dialog(page).getByLabel('Good for').selectOption({ label: '30 days' });
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog(page).getByLabel('Current password').fill(password);
    await dialog(page).getByRole('button', { name: 'Make the key' }).click();
    const key = await dialog(page).getByLabel('API key').inputValue();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog(page).getByRole('button', { name: 'I have copied it' }).click();
    const who = async () => {
      const answer = await fetch(`${server.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${key}` } });
      return answer.ok ? ((await answer.json()) as { email: string }).email : answer.status;
    };
    expect(await who()).toBe('ada@example.com');
    await page.reload();
    await page.getByText(`${key.slice(0, 13)}…`).waitFor();
    expect(await page.content()).not.toContain(key);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await confirm(page, 'Remove “Backup”', 'Remove “Backup”');
    await page.getByText('The key is removed').waitFor();
    expect(await who()).toBe(401);
  });
});
