// Run by hand (`node src/icons/generate.ts`) when the names or Lucide change; writes built-in.ts beside it.
// Icons are Lucide's (ISC licence) except the few drawn here, for which Lucide has nothing close enough.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shapesOfSvg, shapesToPath } from './outline.ts';

/** Names widgets, tools and prompts may use, with the Lucide icon that stands for each. `=` marks a drawing of our own. */
export const widgetIcons: Record<string, string> = {
  agent: 'bot',
  analytics: 'chart-no-axes-column-increasing',
  atom: 'atom',
  batch: 'layers',
  bolt: 'zap',
  'book-open': 'book-open',
  'book-closed': 'book',
  'book-clock':
    '=M4 19.5v-15A2.5 2.5 0 0 1 6.5 2H19a1 1 0 0 1 1 1v18a1 1 0 0 1-1 1H6.500a1 1 0 0 1 0-5H20M12 6v3.500l2 1.500',
  bug: 'bug',
  calendar: 'calendar',
  chart: 'chart-line',
  check: 'check',
  'check-circle': 'circle-check',
  'check-circle-filled':
    '!M12 1.500a10.500 10.500 0 1 0 0 21 10.500 10.500 0 1 0 0-21zM16.800 9.900l-5.700 5.700a1 1 0 0 1-1.400 0l-2.500-2.500a1 1 0 0 1 1.400-1.400l1.800 1.800 5-5a1 1 0 0 1 1.400 1.400z',
  'chevron-left': 'chevron-left',
  'chevron-right': 'chevron-right',
  'circle-question': 'circle-question-mark',
  clock: 'clock',
  compass: 'compass',
  confetti: 'party-popper',
  cube: 'box',
  desktop: 'monitor',
  document: 'file-text',
  dot: '!M12 8a4 4 0 1 0 0 8 4 4 0 1 0 0-8z',
  'dots-horizontal': 'ellipsis',
  'dots-vertical': 'ellipsis-vertical',
  'empty-circle': 'circle',
  'external-link': 'external-link',
  globe: 'globe',
  keys: 'key-round',
  lab: 'flask-conical',
  images: 'images',
  info: 'info',
  lifesaver: 'life-buoy',
  lightbulb: 'lightbulb',
  mail: 'mail',
  'map-pin': 'map-pin',
  maps: 'map',
  mobile: 'smartphone',
  name: 'tag',
  notebook: 'notebook',
  'notebook-pencil': 'notebook-pen',
  'page-blank': 'file',
  phone: 'phone',
  play: 'play',
  plus: 'plus',
  profile: 'circle-user-round',
  'profile-card': 'id-card',
  reload: 'rotate-cw',
  star: 'star',
  'star-filled': '!star',
  search: 'search',
  sparkle:
    '=M12 3.500l1.700 5.200a2.500 2.500 0 0 0 1.600 1.600l5.200 1.700-5.200 1.700a2.500 2.500 0 0 0-1.600 1.600L12 20.500l-1.700-5.200a2.500 2.500 0 0 0-1.600-1.600L3.500 12l5.200-1.700a2.500 2.500 0 0 0 1.600-1.600z',
  'sparkle-double':
    '=M10 6l1.500 4.300a2 2 0 0 0 1.200 1.200L17 13l-4.300 1.500a2 2 0 0 0-1.200 1.200L10 20l-1.500-4.300a2 2 0 0 0-1.200-1.200L3 13l4.300-1.500a2 2 0 0 0 1.200-1.200zM18.500 2.500l.7 2.100a1 1 0 0 0 .7.7l2.100.7-2.100.7a1 1 0 0 0-.7.7l-.7 2.100-.7-2.100a1 1 0 0 0-.7-.7L15 6l2.100-.7a1 1 0 0 0 .7-.7z',
  'square-code': 'square-code',
  'square-image': 'image',
  'square-text': 'square-text',
  suitcase: 'briefcase',
  'settings-slider': 'sliders-horizontal',
  user: 'user-round',
  wreath:
    '=M9 21c-4-1-6.500-4.500-6.500-8.500M15 21c4-1 6.500-4.500 6.500-8.500M2.500 12.500c2 0 3-1.200 3-3-2 0-3 1.200-3 3zM3.500 17c2 .3 3.300-.6 3.800-2.300-2-.4-3.300.5-3.800 2.300zM6 20.200c1.700.2 3-.6 3.600-2.200-1.800-.4-3 .4-3.600 2.200zM4.300 8c1.800-.3 2.500-1.600 2.200-3.300-1.800.3-2.500 1.600-2.200 3.300zM21.500 12.500c-2 0-3-1.200-3-3 2 0 3 1.200 3 3zM20.500 17c-2 .3-3.300-.6-3.800-2.300 2-.4 3.300.5 3.800 2.300zM18 20.200c-1.700.2-3-.6-3.600-2.200 1.800-.4 3 .4 3.600 2.200zM19.700 8c-1.800-.3-2.500-1.600-2.200-3.300 1.800.3 2.500 1.600 2.200 3.300z',
  write: 'square-pen',
  'write-alt': 'pencil',
  'write-alt2': 'pen-line',
};

const frame = 'M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z';
const float = (x: number) => `${frame}M${x} 7.500v9`;

/** Names the header's buttons may use. */
export const headerIcons: Record<string, string> = {
  'sidebar-left': 'panel-left',
  'sidebar-right': 'panel-right',
  'sidebar-open-left': 'panel-left-open',
  'sidebar-open-right': 'panel-right-open',
  'sidebar-open-left-alt': `=${frame}M9 3v18M6 7v.01M6 11v.01`,
  'sidebar-open-right-alt': `=${frame}M15 3v18M18 7v.01M18 11v.01`,
  'sidebar-floating-left': `=${float(7.5)}`,
  'sidebar-floating-right': `=${float(16.5)}`,
  'sidebar-floating-open-left': `=${float(7.5)}M13 9l3 3-3 3`,
  'sidebar-floating-open-right': `=${float(16.5)}M11 9l-3 3 3 3`,
  'sidebar-collapse-left': 'panel-left-close',
  'sidebar-collapse-right': 'panel-right-close',
  'collapse-left': 'arrow-left-to-line',
  'collapse-right': 'arrow-right-to-line',
  'open-left': 'arrow-left-from-line',
  'open-right': 'arrow-right-from-line',
  'double-chevron-left': 'chevrons-left',
  'double-chevron-right': 'chevrons-right',
  home: 'house',
  'home-alt': '=M3 10.500L12 3l9 7.500V20a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1z',
  'back-small': 'chevron-left',
  'back-large': 'arrow-left',
  'expand-large': 'maximize-2',
  'collapse-large': 'minimize-2',
  'expand-small': 'maximize',
  'collapse-small': 'minimize',
  star: 'star',
  'star-filled': '!star',
  bug: 'bug',
  'chat-temporary': 'message-circle-dashed',
  'settings-cog': 'settings',
  grid: 'layout-grid',
  'dots-horizontal': 'ellipsis',
  'dots-vertical': 'ellipsis-vertical',
  'dots-horizontal-circle': 'circle-ellipsis',
  'dots-vertical-circle': '=M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0zM12 8v.01M12 12v.01M12 16v.01',
  menu: '=M4 8h16M4 16h10',
  'menu-inverted': '=M4 8h10M4 16h16',
  hamburger: 'menu',
  history: 'rotate-ccw-clock',
  'book-open': 'book-open',
  compose: 'square-pen',
  share: 'share',
  'light-mode': 'sun',
  'dark-mode': 'moon',
  close: 'x',
};

/** What the element draws for itself. */
const chromeIcons: Record<string, string> = {
  'alert-triangle': 'triangle-alert',
  'arrow-down': 'arrow-down',
  'arrow-up': 'arrow-up',
  at: 'at-sign',
  calculator: 'calculator',
  'chevron-down': 'chevron-down',
  'chevron-up': 'chevron-up',
  code: 'code',
  copy: 'copy',
  download: 'download',
  edit: 'pencil',
  error: 'circle-alert',
  file: 'file',
  image: 'image',
  link: 'link',
  loader: 'loader-circle',
  lock: 'lock',
  mic: 'mic',
  minus: 'minus',
  paperclip: 'paperclip',
  print: 'printer',
  quote: 'quote',
  retry: 'rotate-ccw',
  send: 'arrow-up',
  sparkles: 'sparkles',
  stop: '!M7 5h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z',
  'thumbs-down': 'thumbs-down',
  'thumbs-down-filled': '!thumbs-down',
  'thumbs-up': 'thumbs-up',
  'thumbs-up-filled': '!thumbs-up',
  tool: 'wrench',
  trash: 'trash',
  upload: 'upload',
  vendor: 'box-select',
  wifi: 'wifi',
  'wifi-off': 'wifi-off',
};

const lucide = join(dirname(createRequire(import.meta.url).resolve('lucide-static/package.json')), 'icons');

function draw(source: string): string {
  if (/^[=!]M/.test(source)) return source.replace(/^=/, '');
  const filled = source.startsWith('!');
  const path = shapesToPath(shapesOfSvg(readFileSync(join(lucide, `${source.replace('!', '')}.svg`), 'utf8')));
  return filled ? `!${path}` : path;
}

/** The text of built-in.ts. */
export function builtInSource(): string {
  const paths = new Map<string, string>();
  for (const table of [widgetIcons, headerIcons, chromeIcons]) {
    for (const [name, source] of Object.entries(table)) paths.set(name, draw(source));
  }
  const short = (path: string) =>
    path
      .replace(/(\.\d*?)0+(?=\D|$)/g, '$1')
      .replace(/(?<![\d.])0\./g, '.')
      .replace(/ (?=-)|(?<=[a-z]) /gi, '');
  const lines = [...paths]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, path]) => `  ${/^\w+$/.test(name) ? name : `'${name}'`}: '${short(path)}',`);
  return `// biome-ignore-all format: one line an icon
// Made by generate.ts; do not edit. Most drawings are Lucide's: ISC License, © Lucide Contributors (lucide-static/LICENSE).
// One path on a 24 by 24 field each; a leading "!" means filled, all others are stroked.

export const builtInIcons: Readonly<Record<string, string>> = {
${lines.join('\n')}
};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(dirname(fileURLToPath(import.meta.url)), 'built-in.ts'), builtInSource());
}
