// Compares the answer of the agents bridge with a recording: both must be equal, but for the deliberate differences in
// the README of the recordings. Each difference is expressed here as narrowly as possible.
import { compareJson } from './compare-json.ts';
import { plainWidgets } from './deliberate-differences.ts';

// biome-ignore lint/suspicious/noExplicitAny: a recording is data of any shape, and is compared, not used.
export type Any = any;
export type Json = Record<string, Any>;

const hidden = new Set(['hidden_context_item', 'sdk_hidden_context']);
const counted = /^(thr|msg|tc|wf|tsk|atc|shcx)_\d+$/;
const fakeId = '__fake_id__';
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/**
 * Compares events.
 * @param ids filled with our ids and the recording's, one for one, for comparing what is stored afterwards.
 */
export function compareEvents(events: Json[], expected: Json[], ids: Map<string, string>): string[] {
  const faults: string[] = [];
  const ours = events.map((event) => withoutTime(event, faults));
  const theirs = withoutRepetition(
    // Difference 1: hidden items are never sent.
    expected.filter((event) => !hidden.has(event.item?.type)),
  );
  checkSnapshots(ours, faults);
  let at = 0;
  for (const [index, event] of ours.entries()) {
    const other = theirs[at];
    // Difference 5: text that grew without an id comes as the whole widget, where the recording says nothing.
    if (event.update?.type === 'widget.root.updated' && other?.update?.type !== 'widget.root.updated') continue;
    if (!other) {
      faults.push(`event ${index}: not in the recording: ${JSON.stringify(event)}`);
      continue;
    }
    at += 1;
    const renamed = rename(event, other, ids, faults);
    // Difference 4: the recording's `added` was written down too late, with what came after it.
    if (renamed.type === 'thread.item.added' && renamed.item.type === 'workflow' && other.item?.type === 'workflow') {
      renamed.item.workflow = other.item.workflow;
    }
    faults.push(...compareJson(plainWidgets(other), plainWidgets(renamed), `event ${index}`));
  }
  for (const other of theirs.slice(at)) faults.push(`missing event: ${JSON.stringify(other)}`);
  return faults;
}

/** Compares what is stored, with the ids that {@link compareEvents} found. */
export function compareItems(items: Json[], expected: Json[], events: Json[], ids: Map<string, string>): string[] {
  const faults: string[] = [];
  // Difference 4: of a workflow that the recording ends twice, the first end is the one.
  const theirs = expected.map((item) => {
    const done = events.find((event) => event.type === 'thread.item.done' && event.item.id === item.id);
    return item.type === 'workflow' && done ? done.item : item;
  });
  if (items.length !== theirs.length) faults.push(`${items.length} items are stored, ${theirs.length} expected`);
  for (const [index, item] of items.slice(0, theirs.length).entries()) {
    const other = theirs[index] as Json;
    const renamed = { ...renameItem(item, other, ids, faults), created_at: '<time>' };
    faults.push(...compareJson(plainWidgets(other), plainWidgets(renamed), `stored item ${index}`));
  }
  return faults;
}

/** Difference 2: every time is in UTC, and says so. */
function withoutTime(event: Json, faults: string[]): Json {
  const copy = structuredClone(event);
  for (const part of [copy.item, copy.thread]) {
    if (!part) continue;
    if (!rfc3339.test(part.created_at)) faults.push(`not a time: ${part.created_at}`);
    part.created_at = '<time>';
  }
  return copy;
}

/** Difference 4: a workflow is done once. */
function withoutRepetition(events: Json[]): Json[] {
  const done = new Set<string>();
  return events.filter((event) => {
    if (event.type !== 'thread.item.done' || event.item.type !== 'workflow') return true;
    return !done.has(event.item.id) && done.add(event.item.id);
  });
}

/** Difference 4, our side of it: what was added, and every update since, must make up what is done. */
function checkSnapshots(events: Json[], faults: string[]): void {
  const tasks = new Map<string, Json[]>();
  for (const event of events) {
    if (event.item?.type === 'workflow' && event.type === 'thread.item.added') {
      tasks.set(event.item.id, [...event.item.workflow.tasks]);
    } else if (event.update?.type?.startsWith('workflow.task.')) {
      const list = tasks.get(event.item_id);
      if (list) list[event.update.task_index] = event.update.task;
    } else if (event.item?.type === 'workflow' && event.type === 'thread.item.done') {
      const list = tasks.get(event.item.id);
      if (list) faults.push(...compareJson(event.item.workflow.tasks, list, `workflow ${event.item.id} as replayed`));
    }
  }
}

function rename(event: Json, other: Json, ids: Map<string, string>, faults: string[]): Json {
  if (event.item && other.item) return { ...event, item: renameItem(event.item, other.item, ids, faults) };
  if (event.item_id && other.item_id) return { ...event, item_id: sameId(event.item_id, other.item_id, ids, faults) };
  return event;
}

function renameItem(item: Json, other: Json, ids: Map<string, string>, faults: string[]): Json {
  return { ...item, id: sameId(item.id, other.id, ids, faults) };
}

/**
 * Ids from the model's server must be the recording's. Counted ones may be counted otherwise, but one of ours is one of
 * theirs. Difference 6: where the recording has one made-up id for every message, each of ours has its own.
 */
function sameId(id: string, other: string, ids: Map<string, string>, faults: string[]): string {
  const known = ids.get(id);
  if (known !== undefined) return known;
  if (other === fakeId) {
    if (id === fakeId) faults.push('a made-up id was passed on');
    ids.set(id, other);
    return other;
  }
  const sameKind = counted.test(id) && counted.test(other) && id.split('_')[0] === other.split('_')[0];
  if (sameKind && ![...ids.values()].includes(other)) {
    ids.set(id, other);
    return other;
  }
  return id;
}
