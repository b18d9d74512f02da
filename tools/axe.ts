/** axe in a page under test. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Finds the violations of a page, or of an element of it, by all rules of axe or those in `options`. Loading axe costs more
 * than running it, so it stays in the page for the next call.
 */
export async function violationsOf(
  page: Pick<Page, 'evaluate'>,
  { within, ...options }: RunOptions & { within?: string } = {},
): Promise<AxeResults['violations']> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  const { violations } = await page.evaluate(
    ([selector, asked]) => window.axe.run(selector ?? document, { resultTypes: ['violations'], ...asked }),
    [within, options] as const,
  );
  return violations;
}

declare global {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with the one declared there
  interface Window {
    axe: typeof import('axe-core');
  }
}
