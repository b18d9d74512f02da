// Where Causerie differs from the reference on purpose. A recording's expectation is rewritten here, and nowhere else,
// into what we promise; then it is compared to the letter.
import type { Expectation, RecordedEvent, ScriptStep, ServerStep, StoreContent } from './vector.ts';

type Node = Record<string, unknown>;

/** What a step must do: answer with events or a document, or be refused before anything is sent. */
export type Promised = {
  events?: RecordedEvent[];
  json?: unknown;
  refusal?: string;
  calls: Record<string, unknown>[];
  /** Threads that the reference leaves behind and we do not. */
  notCreated: string[];
};

/** What the store holds when the step begins. */
export type Known = {
  thread(id: unknown): boolean;
  attachment(id: unknown): boolean;
};

/** The reference's expectation of a step, with the deliberate differences applied. */
export function promised(step: ServerStep, known: Known): Promised {
  const { expect } = step;
  const calls = expect.calls ?? [];
  const refusal = refusalOf(step, expect, known);
  if (refusal) {
    // Difference 3, for a first message: the reference saves and announces the thread before it finds that an
    // attachment is missing. We refuse the whole request, so that no empty thread stays.
    const notCreated = (expect.events ?? []).flatMap((event) => (event.thread ? [event.thread.id] : []));
    return { refusal, calls, notCreated };
  }
  if (expect.events) {
    const script = [...(step.respond ?? []), ...(step.action ?? [])];
    return { events: withGrowth(withoutHidden(expect.events, script), script), calls, notCreated: [] };
  }
  return { json: expect.json, calls, notCreated: [] };
}

/** What the store must hold at the end. */
export function promisedStore(content: StoreContent, notCreated: string[]): StoreContent {
  const items = Object.entries(content.items ?? {}).filter(([id]) => !notCreated.includes(id));
  return {
    threads: (content.threads ?? []).filter((thread) => !notCreated.includes(thread.id as string)),
    items: Object.fromEntries(items.map(([id, rows]) => [id, upserted(rows)])),
    attachments: content.attachments ?? [],
  };
}

// Difference 3: what the reference raises is a typed refusal; and a retry of an item that is not there, which the
// reference answers with an empty stream, is one too. So is every request about a thread or an attachment that is not
// there: some of the reference's requests never look.
function refusalOf(step: ServerStep, expect: Expectation, known: Known): string | undefined {
  const { type, params } = step.request;
  if (expect.raises === undefined) {
    if (type === 'threads.retry_after_item' && expect.events?.length === 0) return 'not_found';
    if (params && 'thread_id' in params && !known.thread(params.thread_id)) return 'not_found';
    if (type === 'attachments.delete' && !known.attachment(params?.attachment_id)) return 'not_found';
    return undefined;
  }
  const [kind, message = ''] = expect.raises.split(/: (.*)/s) as [string, string?];
  switch (kind) {
    case 'NotFoundError':
      return 'not_found';
    case 'ValidationError':
      return 'bad_request';
    case 'ValueError':
      // The state of the thread stands against it, or the request names an item of the wrong kind.
      return /is not pending|was not a ClientToolCallItem/.test(message) ? 'conflict' : 'bad_request';
    case 'RuntimeError':
    case 'NotImplementedError':
      return 'not_configured';
    default:
      return `a refusal for ${expect.raises}`;
  }
}

// Difference 1: hidden items are never sent. The reference swallows them in `done` alone.
function withoutHidden(events: RecordedEvent[], script: ScriptStep[]): RecordedEvent[] {
  const hidden = new Set<string>();
  const isHidden = (item: { type?: unknown } | undefined) =>
    item?.type === 'hidden_context_item' || item?.type === 'sdk_hidden_context';
  for (const step of script) {
    if ('yield' in step && isHidden(step.yield.item)) hidden.add(step.yield.item?.id as string);
  }
  return events.filter((event) => !isHidden(event.item) && !(event.item_id && hidden.has(event.item_id)));
}

// Difference 5: a text without an id that grows between two states of a widget is delivered by the whole root. The
// reference finds nothing to send, or only the growth of texts that have an id.
function withGrowth(events: RecordedEvent[], script: ScriptStep[]): RecordedEvent[] {
  const scripts = script.flatMap((step) => ('widget' in step && step.stream !== false ? [step.widget] : []));
  const result: RecordedEvent[] = [];
  let states: Node[] | undefined;
  for (let at = 0; at < events.length; at++) {
    const event = events[at] as RecordedEvent;
    result.push(event);
    if (event.type !== 'thread.item.added' || event.item?.type !== 'widget') continue;
    states = scripts.shift();
    if (!states?.slice(1).some((state, index) => growth(states?.[index], state).anonymous > 0)) continue;
    for (const [index, state] of states.slice(1).entries()) {
      const { anonymous, named } = growth(states[index], state);
      const recorded: RecordedEvent[] = [];
      const mine = () => events[at + 1]?.type === 'thread.item.updated' && events[at + 1]?.item_id === event.item?.id;
      const replaced = () => events[at + 1]?.update?.type === 'widget.root.updated';
      if (mine() && replaced()) recorded.push(events[++at] as RecordedEvent);
      else for (let k = 0; k < named && mine() && !replaced(); k++) recorded.push(events[++at] as RecordedEvent);
      if (anonymous === 0) result.push(...recorded);
      else {
        const update = { type: 'widget.root.updated', widget: state };
        result.push({ type: 'thread.item.updated', item_id: event.item.id, update });
      }
    }
  }
  return result;
}

function growth(before: unknown, after: unknown): { anonymous: number; named: number } {
  if (Array.isArray(before) && Array.isArray(after)) {
    const parts = after.map((node, index) => growth(before[index], node));
    return {
      anonymous: parts.reduce((sum, part) => sum + part.anonymous, 0),
      named: parts.reduce((sum, part) => sum + part.named, 0),
    };
  }
  if (typeof before !== 'object' || typeof after !== 'object' || !before || !after) return { anonymous: 0, named: 0 };
  const [old, now] = [before as Node, after as Node];
  const inner = growth(old.children, now.children);
  const isText = now.type === 'Text' || now.type === 'Markdown';
  if (isText && old.value !== now.value) inner[now.id === undefined ? 'anonymous' : 'named']++;
  return inner;
}

// Difference 4: an item that is done twice is one row, where it first stood, as it was last.
function upserted(rows: Record<string, unknown>[]): Record<string, unknown>[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

/**
 * A widget is stored and sent as its author wrote it. The reference writes the defaults of actions into widgets of
 * some forms and drops nulls from all; to a client, absent and default are the same, so both sides are compared
 * without them. (Difference 2, the form of times, is checked where times are hidden.)
 */
export function plainWidgets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainWidgets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      (key === 'widget' || key === 'component') && isNode(inner) ? plain(inner, '') : plainWidgets(inner),
    ]),
  );
}

function plain(value: unknown, slot: string): unknown {
  if (Array.isArray(value)) return value.map((inner) => plain(inner, ''));
  if (!isNode(value)) return value;
  const isAction = slot === 'action' || slot.endsWith('Action');
  const defaults: Record<string, unknown> = { handler: 'server', loadingBehavior: 'auto', streaming: true };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => (inner !== null || key === 'children') && !(isAction && defaults[key] === inner))
      .map(([key, inner]) => [key, plain(inner, key)]),
  );
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}
