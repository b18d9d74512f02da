// The two pages of the gallery: the list with its switches (`/`), and one entry in a chat of its own (`/show?entry=…`).
import type { GalleryEntry, Step } from './entries.ts';

// biome-ignore lint/suspicious/noExplicitAny: the element as a page without types has it.
type Chat = HTMLElement & Record<string, any>;

declare global {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with the one declared there
  interface Window {
    /** Draws the entry that is shown in the other scheme, as it stands. */
    showIn(scheme: 'light' | 'dark'): void;
  }
}

const { entries, locales } = (await (await fetch('/entries.json')).json()) as {
  entries: GalleryEntry[];
  locales: string[];
};
const asked = new URLSearchParams(location.search);
if (location.pathname === '/show') await show();
else list();

async function show(): Promise<void> {
  const entry = entries.find(({ id }) => id === asked.get('entry'))!;
  const scheme = entry.scheme ?? (asked.get('scheme') === 'dark' ? 'dark' : 'light');
  const locale = asked.get('locale');
  const chat: Chat = document.createElement('openai-chatkit');
  document.body.classList.add('shows', entry.shows);
  // Nobody listens here: dictation is shown with silence instead of asking for the microphone, at the same moment always.
  performance.now = () => 0;
  navigator.mediaDevices.getUserMedia = async () => new AudioContext().createMediaStreamDestination().stream;
  const options = (theme: 'light' | 'dark') => ({
    ...withFunctions(entry.options),
    api: {
      url: `/api/${entry.id}`,
      domainKey: 'local',
      uploadStrategy: { type: 'two_phase' },
      ...(entry.options.api ?? {}),
    },
    theme: { ...(entry.options.theme ?? {}), colorScheme: theme },
    ...(entry.thread && { initialThread: 'thr_1' }),
    ...(locale && { locale }),
  });
  window.showIn = (theme) => {
    document.documentElement.dataset.scheme = theme;
    chat.setOptions(options(theme));
  };
  const told = (name: string) => new Promise((resolve) => chat.addEventListener(name, resolve, { once: true }));
  const ready = told('chatkit.ready');
  const loaded = entry.thread && !entry.answers?.['threads.get_by_id']?.holds && told('chatkit.thread.load.end');
  window.showIn(scheme);
  document.body.append(chat);
  await ready;
  await loaded;
  for (const step of entry.steps ?? []) await perform(chat, step);
  if (entry.shows === 'thread') await fit(chat);
  document.documentElement.dataset.shown = 'yes';
}

/** Data files have no functions: `{ "returns": x }` becomes one that resolves to `x`. */
function withFunctions(value: unknown): Record<string, unknown> {
  const revive = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(revive);
    if (typeof inner !== 'object' || inner === null) return inner;
    if ('returns' in inner) return async () => inner.returns;
    return Object.fromEntries(Object.entries(inner).map(([key, each]) => [key, revive(each)]));
  };
  return revive(value) as Record<string, unknown>;
}

async function perform(chat: Chat, [kind, ...given]: Step): Promise<void> {
  const root = chat.shadowRoot!;
  const editor = () => find(() => root.querySelector<HTMLElement>('[role=textbox]'));
  switch (kind) {
    case 'call': {
      const [method, ...parameters] = given as [string, ...unknown[]];
      // Not waited for: some only end with the answer. What fails is on the screen.
      void chat[method](...parameters).catch(() => {});
      return;
    }
    case 'click':
      (await named(root, given[0] as string)).click();
      return;
    case 'hover':
      (await named(root, given[0] as string)).dispatchEvent(
        new FocusEvent('focusin', { bubbles: true, composed: true }),
      );
      return;
    case 'type':
      (await editor()).focus();
      document.execCommand('insertText', false, given[0] as string);
      return;
    case 'files': {
      const files = (given as { name: string; type: string; text: string }[]).map(
        ({ name, type, text }) => new File([text], name, { type }),
      );
      void chat.setComposerValue({ files });
      return;
    }
    case 'drag': {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], 'a.txt'));
      (await find(() => root.querySelector<HTMLElement>('.chat'))).dispatchEvent(
        new DragEvent('dragenter', { dataTransfer, bubbles: true }),
      );
      return;
    }
    case 'wait':
      await find(() =>
        root.querySelector<HTMLElement>('.chat')?.textContent.includes(given[0] as string) ? chat : null,
      );
  }
}

/** What a person would find under this name. */
function named(root: ShadowRoot, name: string): Promise<HTMLElement> {
  return find(() =>
    [
      ...root.querySelectorAll<HTMLElement>(
        'button,[role=menuitem],[role=menuitemradio],[role=combobox],summary,label',
      ),
    ].find((element) => (element.ariaLabel ?? element.textContent ?? '').trim() === name),
  );
}

async function find<T>(look: () => T | null | undefined): Promise<T> {
  for (const until = Date.now() + 10_000; Date.now() < until; ) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  throw new Error('What the entry waits for did not come.');
}

/** Keeps the chat as tall as its conversation, so that all of it is seen. */
async function fit(chat: Chat): Promise<void> {
  const thread = await find(() => chat.shadowRoot!.querySelector('.thread'));
  new ResizeObserver(() => {
    chat.style.height = `${Math.ceil(thread.getBoundingClientRect().height) + 160}px`;
  }).observe(thread);
}

function list(): void {
  const main = document.querySelector('main')!;
  const nav = document.createElement('nav');
  const frame = document.createElement('iframe');
  frame.title = 'The entry';
  const bar = document.createElement('form');
  const choice = (name: string, values: string[]) => {
    const label = document.createElement('label');
    const select = document.createElement('select');
    select.name = name;
    select.append(...values.map((value) => new Option(value || 'as in the entry', value)));
    label.append(`${name} `, select);
    bar.append(label);
  };
  choice('scheme', ['light', 'dark']);
  choice('width', ['100%', '1000px', '768px', '360px']);
  choice('locale', ['', 'en', ...locales]);
  const draw = () => {
    const { scheme, width, locale } = Object.fromEntries(new FormData(bar)) as Record<string, string>;
    const entry = decodeURIComponent(location.hash.slice(1)) || entries[0]!.id;
    frame.style.width = width!;
    frame.src = `/show?${new URLSearchParams({ entry, scheme: scheme!, locale: locale! })}`;
    for (const link of nav.querySelectorAll('a')) link.ariaCurrent = link.hash === `#${entry}` ? 'page' : null;
  };
  for (const [group, own] of Object.entries(Object.groupBy(entries, (entry) => entry.group))) {
    const heading = document.createElement('h2');
    heading.textContent = group;
    nav.append(heading);
    for (const { id, title } of own!) {
      const link = document.createElement('a');
      link.href = `#${id}`;
      link.textContent = title;
      nav.append(link);
    }
  }
  const show = document.createElement('section');
  show.append(bar, frame);
  main.append(nav, show);
  bar.addEventListener('change', draw);
  addEventListener('hashchange', draw);
  draw();
}
