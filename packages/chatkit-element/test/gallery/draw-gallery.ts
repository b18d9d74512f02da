import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violationsOf } from '../../../../tools/axe.ts';
import { oneBrowser } from '../../../../tools/chromium.ts';
import { type GalleryEntry, galleryEntries } from '../../gallery/entries.ts';
import { type Gallery, startGallery } from '../../gallery/server.ts';
import { builtElement, hasChromium, type Watch, watch } from '../browser.ts';
import { compare } from '../pictures.ts';

/**
 * Every entry of the gallery of these groups, drawn in both schemes: no complaint of axe, nothing asked of other origins,
 * nothing on the console, and the picture that is kept of it.
 */
export function drawGallery(drawn: (group: string) => boolean): void {
  describe.skipIf(!hasChromium)('the gallery', () => drawEntries(galleryEntries().filter(({ group }) => drawn(group))));
}

function drawEntries(entries: GalleryEntry[]): void {
  let context: BrowserContext;
  let gallery: Gallery;
  let page: Page;
  let seen: Watch;
  const loading = new Set<string>();

  beforeAll(async () => {
    gallery = await startGallery(await builtElement());
    const browser = await oneBrowser();
    context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', deviceScaleFactor: 1 });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    seen = watch(page, gallery.origin);
    // What belongs to the element has to have arrived; answers may be held back for ever.
    page.on('request', (request) => request.url().includes('/api/') || loading.add(request.url()));
    page.on('requestfinished', (request) => loading.delete(request.url()));
    page.on('requestfailed', (request) => loading.delete(request.url()));
  });
  afterAll(async () => {
    await context?.close();
    await gallery?.close();
  });

  /** Waits until nothing is being fetched or drawn any more. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      const calm = await page.evaluate(async () => {
        const root = document.querySelector('openai-chatkit')!.shadowRoot!;
        let changed = false;
        const observer = new MutationObserver(() => {
          changed = true;
        });
        observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
        await document.fonts.ready;
        await new Promise((resolve) => setTimeout(resolve, 80));
        observer.disconnect();
        return !changed && !root.querySelector('.waits');
      });
      quiet = calm && loading.size === 0 ? quiet + 1 : 0;
    }
  }

  /** @param rules those of axe that are asked; all of them by default. */
  const complaints = async (rules?: string[]) => {
    const violations = await violationsOf(page, { within: 'openai-chatkit', ...(rules && { runOnly: rules }) });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`,
    );
  };

  const size = (entry: GalleryEntry, narrow: boolean) =>
    page.setViewportSize(narrow ? { width: 360, height: 640 } : { width: 1000, height: entry.thread ? 660 : 560 });

  it.each(entries.map((entry) => [entry.id, entry] as const))(
    '%s',
    async (id, entry) => {
      for (const kind of [seen.foreign, seen.violations, seen.errors]) kind.length = 0;
      await size(entry, false);
      await page.goto(`${gallery.origin}/show?entry=${id}`);
      await page.waitForFunction(() => document.documentElement.dataset.shown === 'yes');
      const wrong: (string | undefined)[] = [];
      const [first, ...others] = entry.scheme ? [entry.scheme] : (['light', 'dark'] as const);
      for (const scheme of [first, ...others]) {
        await page.evaluate((wanted) => window.showIn(wanted), scheme);
        for (const narrow of entry.narrow && scheme === 'light' ? [true, false] : [false]) {
          await size(entry, narrow);
          const shown = page.locator(entry.shows === 'thread' ? 'openai-chatkit .thread' : 'openai-chatkit');
          // What looks like the picture that is kept has settled.
          if (entry.otherLetters) await settle();
          else
            wrong.push(
              await compare(
                `${id}.${scheme}${narrow ? '.360' : ''}`,
                () => shown.screenshot({ animations: 'disabled', scale: 'css' }),
                settle,
              ),
            );
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (wide > 0) wrong.push(`${scheme}: ${wide} px too wide`);
        }
        await size(entry, false);
        // Another scheme is other colours, and nothing else.
        wrong.push(
          ...(await complaints(scheme === first ? undefined : ['color-contrast'])).map(
            (complaint) => `${scheme} ${complaint}`,
          ),
        );
      }
      expect(wrong.filter(Boolean)).toEqual([]);
      expect([...seen.foreign, ...seen.violations, ...seen.errors.filter((error) => !scripted(entry, error))]).toEqual(
        [],
      );
    },
    60_000,
  );
}

/** Errors on the console that the entry is about. */
function scripted(entry: GalleryEntry, error: string): boolean {
  const fails = Object.values(entry.answers ?? {}).some(
    ({ status = 200, events }) => status >= 400 || events?.some((event) => 'code' in event),
  );
  return (
    (fails && /<openai-chatkit>|Failed to load resource/.test(error)) ||
    (entry.id.endsWith('wrong-options') && error.includes('api.url'))
  );
}
