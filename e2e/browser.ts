import { randomBytes } from 'node:crypto';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { violationsOf } from '../tools/axe.ts';

/** One person at one browser, with the faults found there. */
export type Visitor = {
  page: Page;
  /** Requests to other origins, errors of the console and of pages, and violations of the content security policy. */
  troubles: string[];
  close(): Promise<void>;
};

/** A new visitor: no cookie, no storage. */
export async function newVisitor(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: url, locale: 'en-GB', ...options });
  const troubles: string[] = [];
  const origin = new URL(url).origin;
  context.on('request', (request) => {
    const address = request.url();
    if (!/^(data|blob):/.test(address) && new URL(address).origin !== origin) troubles.push(`asked ${address}`);
  });
  context.on('weberror', (error) => troubles.push(`failed: ${error.error().message}`));
  context.on('console', (message) => {
    const { url: source } = message.location();
    // The page asks for both and has its own words and defaults where a server does not offer them.
    if (/\/api\/(config|runtime-config)(\?|$)/.test(source)) return;
    if (message.type() === 'error') troubles.push(`said: ${message.text()} (${source})`);
  });
  const page = await context.newPage();
  return { page, troubles, close: () => context.close() };
}

/** An unused e-mail address: a test that runs again signs up again. */
export const address = (name: string): string => `${name}-${randomBytes(4).toString('hex')}@example.com`;

type Newcomer = { name: string; email: string; password: string };

/** Creates an account through the page and waits for the chat. */
export async function fillInSignUp(page: Page, person: Newcomer): Promise<void> {
  await page.goto('/login?mode=create');
  await page.getByTestId('name').fill(person.name);
  await page.getByTestId('email').fill(person.email);
  await page.getByTestId('password').fill(person.password);
  await page.getByTestId('create-account').click();
  await composer(page).waitFor();
}

/** Creates an account and opens the chat with it, without the form: a page less for tests of something else. */
export async function signUp(page: Page, person: Newcomer): Promise<void> {
  const answer = await page.context().request.post('/api/auth/sign-up/email', { data: person });
  if (!answer.ok()) throw new Error(`${person.email} was refused: ${await answer.text()}`);
  await page.goto('/');
  await composer(page).waitFor();
}

/** The composer. Locators reach into the element's open shadow root. */
export function composer(page: Page): Locator {
  return page.locator('openai-chatkit').getByRole('textbox');
}

/** The accessibility faults of the page, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const violations = await violationsOf(page, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}
