import { UsageError } from '../protocol/errors.ts';
import type { StreamEvent } from '../protocol/events.ts';
import type { WidgetItem } from '../protocol/items.ts';
import type { WidgetRoot } from '../protocol/widgets.ts';
import { diffWidget } from './diff-widget.ts';
import { plainWidget } from './plain-widget.ts';

/** A widget that is ready, or its states one after the other (an object may be changed and yielded again). */
export type WidgetStates<Widget extends WidgetRoot = WidgetRoot> = Widget | AsyncIterable<Widget>;

export type StreamWidgetOptions = {
  /** The text that "copy" puts on the clipboard. */
  copyText?: string;
  /** Returns the id of the widget's item, most often `() => store.generateItemId('message', thread, context)`. */
  generateId: () => string | Promise<string>;
};

const isStates = (widget: WidgetStates): widget is AsyncIterable<WidgetRoot> =>
  typeof (widget as AsyncIterable<WidgetRoot>)[Symbol.asyncIterator] === 'function';

/**
 * The events that show a widget in a thread. A ready widget is one `thread.item.done`. States are one
 * `thread.item.added` with the first, one `thread.item.updated` for every change, and one `thread.item.done` with the last.
 * @throws when the states end before the first.
 */
export async function* streamWidget(
  thread: { id: string },
  widget: WidgetStates,
  options: StreamWidgetOptions,
): AsyncGenerator<StreamEvent, void, undefined> {
  const id = await options.generateId();
  const createdAt = new Date().toISOString();
  const item = (state: WidgetRoot): WidgetItem => ({
    id,
    thread_id: thread.id,
    created_at: createdAt,
    type: 'widget',
    widget: state,
    ...(options.copyText === undefined ? {} : { copy_text: options.copyText }),
  });

  if (!isStates(widget)) {
    yield { type: 'thread.item.done', item: item(plainWidget(widget)) };
    return;
  }
  let last: WidgetRoot | undefined;
  for await (const state of widget) {
    const next = plainWidget(state);
    if (last === undefined) {
      yield { type: 'thread.item.added', item: item(next) };
    } else {
      for (const update of diffWidget(last, next)) yield { type: 'thread.item.updated', item_id: id, update };
    }
    last = next;
  }
  if (last === undefined) throw new UsageError('a streamed widget needs at least one state');
  yield { type: 'thread.item.done', item: item(last) };
}
