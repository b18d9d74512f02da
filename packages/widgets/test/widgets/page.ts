// The page the browser tests of widgets drive: WidgetRoot in a shadow root under the theme's sheet, with a host that records.

import { h, render, type VNode } from 'preact';
import { Icon, setIconBase } from '../../src/icons/index.ts';
import { themeSheet } from '../../src/theme/theme-sheet.ts';
import * as chartChunk from '../../src/widgets/chart/drawn-chart.tsx';
import { type ActionConfig, type WidgetHost, WidgetRoot } from '../../src/widgets/index.ts';
import widgetStyles from '../../src/widgets/widgets.css';

type Recorded = { action: ActionConfig; itemId: string };

setIconBase('/chatkit/');
const actions: Recorded[] = [];
const errors: string[] = [];
let pending: { resolve(): void; reject(error: Error): void }[] = [];
let settle: 'at once' | 'by hand' = 'at once';
let renders = 0;

let root: ShadowRoot | undefined;
let shown: object;
let options: { busy?: boolean; locale?: string; scheme?: 'light' | 'dark'; failChart?: boolean } = {};

function host(): WidgetHost {
  return {
    onAction(action, { itemId }) {
      actions.push({ action, itemId });
      if (settle === 'at once') return Promise.resolve();
      return new Promise((resolve, reject) => pending.push({ resolve, reject }));
    },
    markdown: (text) => h('p', null, text),
    icon: (name) => h(Icon, { name }) as VNode,
    loadChunk: () => (options.failChart ? Promise.reject(new Error('no chart')) : Promise.resolve(chartChunk)),
    t: (key) => key,
    locale: options.locale ?? 'en-GB',
    colorScheme: options.scheme ?? 'light',
    components,
    onError: (error) => errors.push(error.message),
    busy: options.busy ?? false,
  };
}
const components: WidgetHost['components'] = new Map();
components.set('Counted', (props) => {
  renders++;
  return h('b', null, String((props as { value?: string }).value));
});
components.set('Throws', () => {
  throw new Error('thrown by the host');
});
components.set('Element', (props) => {
  const element = document.createElement('i');
  element.textContent = String((props as { value?: string }).value);
  return element;
});

const page = {
  actions,
  errors,
  /** How often the component type "Counted" was drawn. */
  renders: () => renders,
  mount(json: string, given: typeof options = {}) {
    if (root) render(null, root);
    document.body.replaceChildren();
    document.body.style.background = given.scheme === 'dark' ? '#17150f' : '#fbfaf7';
    document.body.dir = given.locale?.startsWith('ar') ? 'rtl' : 'ltr';
    document.documentElement.lang = given.locale ?? 'en-GB';
    const main = document.createElement('main');
    document.body.append(main);
    root = main.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [themeSheet(given.scheme ?? 'light'), widgetStyles].map((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      return sheet;
    });
    actions.length = 0;
    errors.length = 0;
    pending = [];
    settle = 'at once';
    renders = 0;
    options = given;
    page.update(JSON.parse(json));
  },
  /** Draws several widgets, each as the root of an item of its own. */
  mountAll(json: string, given: typeof options = {}) {
    page.mount('{}', given);
    const widgets = JSON.parse(json) as object[];
    render(
      widgets.map((widget, index) =>
        h('div', { key: index }, h(WidgetRoot, { widget, itemId: `wid_${index}`, host: host() })),
      ),
      root!,
    );
  },
  /** Draws a next state of the widget over the one before, or the same one under other options. */
  update(widget: object = shown, given: typeof options = {}) {
    shown = widget;
    options = { ...options, ...given };
    render(h(WidgetRoot, { widget, itemId: 'wid_1', host: host() }), root!);
  },
  /** Changes the value of one text, keeping the objects of all that is not on the way to it, as the reducer does. */
  setValue(id: string, value: string) {
    const put = (node: Record<string, unknown>): Record<string, unknown> => {
      if (node.id === id) return { ...node, value };
      if (!Array.isArray(node.children)) return node;
      const children = node.children.map(put);
      return children.some((child, index) => child !== (node.children as unknown[])[index])
        ? { ...node, children }
        : node;
    };
    page.update(put(shown as Record<string, unknown>));
  },
  holdActions() {
    settle = 'by hand';
  },
  settleAction(error?: string) {
    const next = pending.shift();
    if (error) next?.reject(new Error(error));
    else next?.resolve();
  },
  html: () => root!.innerHTML,
  /** Where the focus is: id, class or name of the element. */
  focused: () => {
    const element = root!.activeElement;
    return element ? element.id || element.getAttribute('data-day') || element.className : '';
  },
};

declare global {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with the one declared there
  interface Window {
    widgets: typeof page;
  }
}
window.widgets = page;
