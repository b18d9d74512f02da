import type { ElementOptions } from './options.ts';

/** A nested record means known keys with their own rules; `true` means anything goes below. */
type Shape = { readonly [key: string]: Shape | true };

const icon = { icon: true, onClick: true, label: true } as const;

const known: Shape = {
  api: {
    url: true,
    fetch: true,
    domainKey: true,
    uploadStrategy: { type: true, uploadUrl: true },
    getClientSecret: true,
  },
  locale: true,
  theme: {
    colorScheme: true,
    typography: { baseSize: true, fontSources: true, fontFamily: true, fontFamilyMono: true },
    radius: true,
    density: true,
    color: {
      grayscale: { hue: true, tint: true, shade: true },
      accent: { primary: true, level: true },
      surface: { background: true, foreground: true },
    },
  },
  frameTitle: true,
  initialThread: true,
  onClientTool: true,
  header: { enabled: true, title: { enabled: true, text: true }, leftAction: icon, rightAction: icon },
  history: { enabled: true, showDelete: true, showRename: true },
  startScreen: { greeting: true, prompts: true },
  threadItemActions: { feedback: true, retry: true },
  composer: {
    placeholder: true,
    attachments: { enabled: true, maxSize: true, maxCount: true, accept: true },
    tools: true,
    models: true,
    dictation: { enabled: true },
  },
  disclaimer: { text: true, highContrast: true },
  entities: { onTagSearch: true, showComposerMenu: true, onClick: true, onRequestPreview: true },
  commands: { enabled: true, onSearch: true, onSelect: true },
  widgets: { onAction: true },
  thread: { autoScroll: true },
};

const warned = new Set<string>();

/**
 * Looks options over without ever refusing them: a page that asks for something unknown still gets its chat. Unknown
 * keys are named once on the console. The one thing that cannot be done without is a way to reach the server; the
 * result says what is wrong with it, if anything.
 */
export function checkOptions(options: ElementOptions): { problem?: string } {
  if (!isRecord(options)) return { problem: 'setOptions() needs an object of options.' };
  warnUnknown(options, known, '');
  const api: unknown = options.api;
  if (!isRecord(api)) return { problem: 'The option "api" is missing: give it { url } of your ChatKit server.' };
  if (typeof api.url === 'string' && api.url) return {};
  if (typeof api.getClientSecret === 'function') {
    return {
      problem:
        'api.getClientSecret is OpenAI’s hosted mode. This element calls no server but yours: add api.url, and the secret is sent to it as a bearer token.',
    };
  }
  return { problem: 'The option "api.url" is missing: it is the address of your ChatKit server.' };
}

function warnUnknown(value: Record<string, unknown>, shape: Shape, path: string): void {
  for (const [key, inner] of Object.entries(value)) {
    const rule = shape[key];
    const name = path ? `${path}.${key}` : key;
    if (rule === undefined) {
      // React's on… handlers that reach us by mistake are worth a word too; they are events here.
      if (!warned.has(name)) {
        warned.add(name);
        console.warn(`<openai-chatkit> does not know the option "${name}"; it is ignored.`);
      }
    } else if (rule !== true && isRecord(inner)) warnUnknown(inner, rule, name);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether two values ask for the same thing. Functions count as equal: a page that makes new closures on every render
 * asks for nothing new, and the newest ones are called anyway.
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
