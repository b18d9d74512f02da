import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { chromiumPath } from '../../../../tools/chromium.ts';
import type { ActionConfig } from '../../src/widgets/index.ts';
import { type OpenPage, openPage } from './open-page.ts';

/** With CI=true a missing Chromium is a failure, else the tests that need it are left out. */
export const available: boolean = chromiumPath !== undefined || process.env.CI === 'true';

export type Json = Record<string, unknown>;
type MountOptions = { busy?: boolean; locale?: string; scheme?: 'light' | 'dark'; failChart?: boolean };

export const options = (...names: string[]): Json[] =>
  names.map((name) => ({ value: name.toLowerCase(), label: name }));
export const card = (children: Json[], more: Json = {}): Json => ({ type: 'Card', children, ...more });
export const form = (children: Json[], more: Json = {}): Json =>
  card([{ type: 'Form', children, onSubmitAction: { type: 'submit' }, ...more }]);

export type Driver = {
  open(): Page;
  mount(widget: Json, options?: MountOptions): Promise<void>;
  update(widget: Json | undefined, options?: MountOptions): Promise<void>;
  actions(): Promise<ActionConfig[]>;
  errors(): Promise<string[]>;
  focused(): Promise<string>;
  /** From now on actions stay under way until they are settled. */
  hold(): Promise<void>;
  settle(error?: string): Promise<void>;
  press(...keys: string[]): Promise<void>;
  button(name: string): Locator;
  combobox(name: string): Locator;
};

/** Opens the test page for the tests around it, and checks after each that nothing was printed, thrown, refused or fetched. */
export function usePage(): Driver {
  let opened: OpenPage;
  beforeAll(async () => {
    opened = await openPage();
  });
  afterAll(() => opened.close());
  afterEach(() => {
    expect(opened.complaints).toEqual([]);
    expect(opened.foreign).toEqual([]);
  });
  const open = () => opened.page;
  return {
    open,
    // As JSON, which is how a widget comes: what is too deep for the test's own bridge is not too deep for it.
    mount: (widget, given = {}) =>
      open().evaluate(([json, given]) => window.widgets.mount(json, given), [JSON.stringify(widget), given] as const),
    update: (widget, given = {}) =>
      open().evaluate(([widget, given]) => window.widgets.update(widget, given), [widget, given] as const),
    actions: async () => (await open().evaluate(() => window.widgets.actions)).map(({ action }) => action),
    errors: () => open().evaluate(() => window.widgets.errors),
    focused: () => open().evaluate(() => window.widgets.focused()),
    hold: () => open().evaluate(() => window.widgets.holdActions()),
    settle: (error) => open().evaluate((error) => window.widgets.settleAction(error), error),
    async press(...keys) {
      for (const key of keys) await open().keyboard.press(key);
    },
    button: (name) => open().getByRole('button', { name, exact: true }),
    combobox: (name) => open().getByRole('combobox', { name, exact: true }),
  };
}
