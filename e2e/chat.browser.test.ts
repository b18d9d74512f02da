import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { type ModelServer, type RecordedRequest, startModelServer } from '../tools/model-server/server.ts';
import { type OpenMeteoServer, startOpenMeteoServer } from '../tools/open-meteo-server/server.ts';
import { accessibilityFaults, address, composer, fillInSignUp, newVisitor, signUp, type Visitor } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

const ada = { name: 'Ada Lovelace', password: 'a quiet engine' };
const grace = { name: 'Grace Hopper', password: 'a loud engine' };

const answers = (page: Page) => page.locator('openai-chatkit [part=assistant-message]');

describe.skipIf(chromiumPath === undefined)('the chat', () => {
  let browser: Browser;
  const visitors: Visitor[] = [];

  async function visit(url: string, options = {}): Promise<Visitor> {
    const visitor = await newVisitor(browser, url, options);
    visitors.push(visitor);
    return visitor;
  }

  beforeAll(async () => {
    browser = await oneBrowser();
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.close();
  });

  describe('with no key at all', () => {
    let weather: OpenMeteoServer;
    let server: RunningServer;

    beforeAll(async () => {
      weather = await startOpenMeteoServer();
      server = await startServer({ OPEN_METEO_URL: weather.url, OPEN_METEO_GEOCODING_URL: weather.url });
    });
    afterAll(async () => {
      await server.close();
      await weather.close();
    });

    it('answers a newcomer who asks for the weather in Paris, and hides it from another person', async () => {
      const { page, troubles } = await visit(server.url);
      await page.goto('/');
      await page.waitForURL('**/login');
      await fillInSignUp(page, { ...ada, email: address('ada') });
      const asked = page.waitForRequest((request) => request.url().includes('/api/tools/weather'));
      await page.getByRole('button', { name: 'Weather in Paris' }).click();
      // The agent asks the browser, the browser asks our server.
      expect(new URL((await asked).url()).searchParams.get('city')).toBe('Paris');
      await answers(page).getByText('11.3').waitFor();
      expect(await answers(page).count()).toBe(1);
      const place = page.url();
      expect(new URL(place).searchParams.get('thread')).toMatch(/^thr_/);
      expect(await accessibilityFaults(page)).toEqual([]);

      await page.reload();
      await answers(page).getByText('11.3').waitFor();
      expect(await answers(page).count()).toBe(1);
      expect(page.url()).toBe(place);
      expect(troubles).toEqual([]);

      const other = await visit(server.url);
      await signUp(other.page, { ...grace, email: address('grace') });
      const refused = other.page.waitForResponse((response) => response.url().endsWith('/api/chatkit'));
      await other.page.goto(place);
      expect((await refused).status()).toBe(404);
      await other.page.locator('openai-chatkit').getByRole('alert').waitFor();
      expect(await other.page.locator('body').ariaSnapshot()).not.toMatch(/Paris, France|11\.3/);
      expect(other.troubles.filter((trouble) => trouble.startsWith('asked'))).toEqual([]);
    });

    it('goes back and forth between conversations with the buttons of the browser', async () => {
      const { page } = await visit(server.url);
      await signUp(page, { ...ada, email: address('back') });
      await page.getByRole('button', { name: 'Weather in Paris' }).click();
      await answers(page).getByText('11.3').waitFor();
      const first = page.url();
      await page.getByRole('button', { name: 'New chat' }).click();
      await expect.poll(() => new URL(page.url()).search).toBe('');
      await page.goBack();
      await answers(page).getByText('11.3').waitFor();
      expect(page.url()).toBe(first);
      await page.goForward();
      await expect.poll(() => answers(page).count()).toBe(0);
    });

    it('finds a conversation by its words', async () => {
      const { page } = await visit(server.url);
      await signUp(page, { ...ada, email: address('search') });
      for (const text of ['Where does the lighthouse keeper live?', '灯台はどこですか']) {
        await composer(page).fill(text);
        await composer(page).press('Enter');
        await answers(page).first().waitFor();
        await page.getByRole('button', { name: 'Send message' }).waitFor();
        await page.getByRole('button', { name: 'New chat' }).click();
      }
      await page.getByRole('button', { name: 'Show history' }).click();
      const rows = page.locator('openai-chatkit [part=history] .row-open');
      await expect.poll(() => rows.count()).toBe(2);
      await page.getByRole('searchbox').fill('KEEPER light');
      await page.getByText('Where does the lighthouse keeper live?').last().waitFor();
      await expect.poll(() => rows.count()).toBe(1);
      await page.getByRole('searchbox').fill('どこ');
      await expect.poll(() => rows.locator('.row-match').allTextContents()).toEqual(['灯台はどこですか']);
      await rows.click();
      await page.locator('openai-chatkit [part~=user-message]').getByText('灯台はどこですか').waitFor();
    });

    it('asks to sign in again when the session has ended, and comes back to the conversation', async () => {
      const { page } = await visit(server.url);
      const person = { ...ada, email: address('ended') };
      await signUp(page, person);
      await page.getByRole('button', { name: 'Weather in Paris' }).click();
      await answers(page).getByText('11.3').waitFor();
      const place = page.url();
      await composer(page).fill('And now?');
      await page.context().clearCookies();
      // By the keyboard, which waits for nothing: the live feed may notice the end of the session first.
      await page.keyboard.press('Enter');
      await page.getByTestId('email').fill(person.email);
      await page.getByTestId('password').fill(person.password);
      await page.getByTestId('login').click();
      await answers(page).getByText('11.3').waitFor();
      expect(page.url()).toBe(place);
    });

    it('shows a message when the element cannot be loaded', async () => {
      const { page } = await visit(server.url);
      await signUp(page, { ...ada, email: address('missing') });
      await page.route('**/chatkit.js', (route) => route.abort());
      await page.reload();
      await page.getByRole('alert').getByText('The chat could not be loaded.').waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
    });

    it('fits 360 pixels, in dark colours, in French', async () => {
      const { page, troubles } = await visit(server.url, {
        viewport: { width: 360, height: 740 },
        colorScheme: 'dark',
        locale: 'fr-FR',
      });
      // In the language of the form, which is the account's from then on.
      await fillInSignUp(page, { ...ada, email: address('petite') });
      await page.getByRole('button', { name: 'Météo à Paris' }).click();
      await answers(page).getByText('11,3').or(answers(page).getByText('11.3')).first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('fr');
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(troubles).toEqual([]);
    });
  });

  describe('with a slow model', () => {
    let model: ModelServer;
    let server: RunningServer;
    const isTitle = ({ body }: RecordedRequest) => JSON.stringify(body).includes('Write a title');
    const words = Array.from({ length: 120 }, (_, index) => `word${index + 1} `);
    const whole = words.join('').trim();

    beforeAll(async () => {
      model = await startModelServer();
      server = await startServer({
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: `${model.url}/v1`,
        CHATKIT_AGENT_MODEL: 'openai/slow',
      });
    });
    afterAll(async () => {
      await server.close();
      await model.close();
    });

    it('continues an answer in mid-sentence after a reload, and in a second tab at the same time', async () => {
      model.script(
        { text: words, paceMs: 50, when: (request) => !isTitle(request) },
        { text: 'Many words', when: isTitle, optional: true },
      );
      const { page, troubles } = await visit(server.url);
      await signUp(page, { ...ada, email: address('ada') });
      await composer(page).fill('Count for me.');
      await composer(page).press('Enter');
      await answers(page).getByText('word10').waitFor();
      const shown = async (tab: Page) => ((await answers(tab).first().textContent()) ?? '').trim();

      await page.reload();
      await answers(page).getByText('word10').waitFor();
      expect((await shown(page)).length).toBeLessThan(whole.length);
      const second = await page.context().newPage();
      await second.goto(page.url());
      await answers(second).getByText('word10').waitFor();
      expect((await shown(second)).length).toBeLessThan(whole.length);

      for (const tab of [page, second]) {
        await answers(tab).getByText('word120').waitFor();
        expect(await shown(tab)).toContain(whole);
        expect(await answers(tab).count()).toBe(1);
      }
      expect(model.requests.filter((request) => !isTitle(request))).toHaveLength(1);
      model.verify();
      expect(troubles).toEqual([]);
    });

    it('offers dictation, as the provider can transcribe, and no hint to connect a model', async () => {
      const { page, troubles } = await visit(server.url, { permissions: ['microphone'] });
      await signUp(page, { ...ada, email: address('dictates') });
      expect(await page.getByRole('button', { name: 'Connect a language model' }).count()).toBe(0);
      // What the server makes of a recording is tested there; here somebody speaks and finds the words in the composer.
      await page.route('**/api/chatkit', async (route) => {
        if (route.request().postDataJSON()?.type !== 'input.transcribe') return route.fallback();
        await route.fulfill({ json: { text: 'Spoken, not typed.' } });
      });
      await page.getByRole('button', { name: 'Dictate' }).click();
      await page.getByRole('button', { name: 'Finish dictation' }).click();
      await expect.poll(() => composer(page).textContent()).toContain('Spoken, not typed.');
      // Dictated text is kept like typed text.
      await page.reload();
      await expect.poll(() => composer(page).textContent()).toContain('Spoken, not typed.');
      expect(troubles).toEqual([]);
    });

    it('stops an answer on request, keeps its text, and does not continue it after a reload', async () => {
      model.script(
        { text: words, paceMs: 50, when: (request) => !isTitle(request) },
        { text: 'Many words', when: isTitle, optional: true },
      );
      const { page, troubles } = await visit(server.url);
      await signUp(page, { ...grace, email: address('grace') });
      await composer(page).fill('Count for me.');
      await composer(page).press('Enter');
      await answers(page).getByText('word10').waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      expect(await model.requests.findLast((request) => !isTitle(request))?.aborted).toBe(true);
      await page.reload();
      await answers(page).getByText('word10').waitFor();
      expect(await answers(page).first().textContent()).not.toContain('word120');
      expect(troubles).toEqual([]);
    });
  });
});
