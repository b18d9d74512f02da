import { base } from '../assets.ts';
import type { ElementOptions } from './options.ts';

/** Returns the usable part of a value, or undefined. `path` says where the value stands, for the warning. */
type Rule = (value: unknown, path: string) => unknown;

const kind =
  (name: 'string' | 'number' | 'boolean' | 'function'): Rule =>
  (value) =>
    typeof value === name ? value : undefined;
const text = kind('string');
const number = kind('number');
const flag = kind('boolean');
const callback = kind('function');
const anything: Rule = (value) => value;
const record: Rule = (value) => (isRecord(value) ? value : undefined);
/** A list of records. Anything else in it is warned of and left out. */
const records: Rule = (value, path) =>
  Array.isArray(value)
    ? value.filter((entry, index) => isRecord(entry) || warn(`${path}[${index}]`, unusable))
    : undefined;
const either =
  (...rules: Rule[]): Rule =>
  (value, path) =>
    rules.reduce<unknown>((found, rule) => found ?? rule(value, path), undefined);

/** A record with these keys. Anything else in it is warned of and left out. */
const shape =
  (rules: Record<string, Rule>): Rule =>
  (value, path) => {
    if (!isRecord(value)) return undefined;
    const usable: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) {
      const name = path ? `${path}.${key}` : key;
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
      if (!rule) warn(name, 'is not known');
      // Options that come from JSON have null for what is absent.
      else if (inner !== undefined && inner !== null) {
        const read = rule(inner, name);
        if (read === undefined) warn(name, unusable);
        else usable[key] = read;
      }
    }
    return usable;
  };

const unusable = 'has a value of the wrong kind';
const action = either(records, shape({ icon: text, onClick: callback, label: text }));

const known = shape({
  api: shape({
    url: text,
    fetch: callback,
    domainKey: anything,
    uploadStrategy: shape({ type: text, uploadUrl: text }),
    getClientSecret: callback,
  }),
  locale: text,
  theme: either(
    text,
    shape({
      colorScheme: text,
      typography: shape({ baseSize: number, fontSources: records, fontFamily: text, fontFamilyMono: text }),
      radius: text,
      density: text,
      color: shape({
        grayscale: shape({ hue: number, tint: number, shade: number }),
        accent: shape({ primary: text, level: number }),
        surface: shape({ background: text, foreground: text }),
      }),
    }),
  ),
  frameTitle: text,
  initialThread: text,
  onClientTool: callback,
  header: shape({
    enabled: flag,
    title: shape({ enabled: flag, text }),
    menu: shape({ enabled: flag }),
    leftAction: action,
    rightAction: action,
  }),
  history: shape({ enabled: flag, showDelete: flag, showRename: flag }),
  startScreen: shape({ greeting: text, prompts: records }),
  threadItemActions: shape({ feedback: flag, retry: flag }),
  composer: shape({
    placeholder: text,
    attachments: shape({ enabled: flag, maxSize: either(number, record), maxCount: number, accept: record }),
    tools: records,
    models: records,
    dictation: shape({ enabled: flag }),
  }),
  disclaimer: shape({ text, highContrast: flag }),
  entities: shape({ onTagSearch: callback, showComposerMenu: flag, onClick: callback, onRequestPreview: callback }),
  commands: shape({ enabled: flag, onSearch: callback, onSelect: callback }),
  widgets: shape({ onAction: callback }),
  thread: shape({ autoScroll: flag }),
});

const warned = new Set<string>();

function warn(name: string, fault: string): false {
  if (!warned.has(name)) {
    warned.add(name);
    console.warn(`<openai-chatkit> The option "${name}" ${fault}; it is ignored.`);
  }
  return false;
}

/**
 * Returns the usable part of the options, or undefined when there is no `api` in them. A page that gives an unknown option,
 * or a text where a list belongs, still gets its chat: the console names each such option once, and it is left out.
 *
 * A front end for OpenAI's hosted ChatKit names no server (`getClientSecret` alone). Its server is where the script came from.
 */
export function readOptions(options: ElementOptions): ElementOptions | undefined {
  const read = known(options, '') as ElementOptions | undefined;
  if (!read?.api) return undefined;
  if ('getClientSecret' in read.api) read.api.url ||= new URL('/api/chatkit', base).href;
  return read;
}

/** Says what is wrong with `api`, if anything: a chat needs a way to reach its server. */
export function checkOptions(options: ElementOptions): { problem?: string } {
  if (!isRecord(options)) return { problem: 'setOptions() needs an object of options.' };
  const api: unknown = options.api;
  if (!isRecord(api)) return { problem: 'The option "api" is missing: give it { url } of your ChatKit server.' };
  if ((typeof api.url === 'string' && api.url) || typeof api.getClientSecret === 'function') return {};
  return { problem: 'The option "api.url" is missing: it is the address of your ChatKit server.' };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Compares two values as options. Functions count as equal: a page that makes new closures on every render asks for
 * nothing new, and the newest ones are called anyway.
 */
export function sameOptions(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === 'function' && typeof b === 'function') return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(b, key) && sameOptions((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
