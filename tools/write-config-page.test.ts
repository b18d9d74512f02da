import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeSettings } from '../apps/server/src/config.ts';
import { configPage, configPagePath } from './write-config-page.ts';

it('docs/configuration.md says what config.ts says (else: node tools/write-config-page.ts)', () => {
  expect(readFileSync(configPagePath, 'utf8')).toBe(configPage());
  for (const { name } of describeSettings()) expect(configPage()).toContain(`| \`${name}\` |`);
});
