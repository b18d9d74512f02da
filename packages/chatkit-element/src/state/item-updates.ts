import type { AssistantMessage, Item, ItemUpdate, WidgetTree, Workflow } from '../protocol.ts';

/** Returns the objects of a list. Anything else in it would break the drawing of the rest. */
export function objects<T extends object>(value: readonly T[] | undefined): T[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : [];
}

/** Copies an item as deep as updates reach, so that a change in place touches nothing of the caller's. */
export function ownedItem(item: Item): Item {
  if (item.type === 'assistant_message') {
    const content = objects(item.content).map((part) => ({
      ...part,
      text: typeof part.text === 'string' ? part.text : '',
      annotations: objects(part.annotations),
    }));
    return { ...item, content };
  }
  if (item.type === 'workflow') {
    const workflow = item.workflow ?? ({ type: 'custom', tasks: [] } as Workflow);
    return { ...item, workflow: { ...workflow, tasks: objects(workflow.tasks) } };
  }
  if (item.type === 'user_message')
    return { ...item, content: objects(item.content), attachments: objects(item.attachments) };
  if (item.type === 'structured_input') return { ...item, inputs: objects(item.inputs) };
  return { ...item };
}

/** Applies an update in place. Returns false when the update is unknown, or not for this type of item. */
export function applyUpdate(item: Item, update: ItemUpdate): boolean {
  if (item.type === 'assistant_message') return applyToMessage(item, update);
  if (item.type === 'workflow') {
    if (update.type !== 'workflow.task.added' && update.type !== 'workflow.task.updated') return false;
    const { tasks } = item.workflow;
    const index = update.task_index;
    if (!update.task || typeof update.task !== 'object') return false;
    // A task that was added twice, or updated before it was added, still ends up once in its place.
    tasks[Number.isInteger(index) && index >= 0 && index <= tasks.length ? index : tasks.length] = update.task;
    return true;
  }
  if (item.type === 'generated_image') {
    if (update.type !== 'generated_image.updated') return false;
    if (update.image) item.image = update.image;
    if (typeof update.progress === 'number') item.progress = update.progress;
    return true;
  }
  if (item.type === 'widget') {
    if (update.type === 'widget.root.updated') {
      item.widget = update.widget;
      return true;
    }
    if (update.type === 'widget.component.updated') {
      item.widget = replaceComponent(item.widget, update.component_id, () => update.component);
      return true;
    }
    if (update.type === 'widget.streaming_text.value_delta') {
      item.widget = replaceComponent(item.widget, update.component_id, (node) => ({
        ...node,
        value: `${node.value ?? ''}${update.delta}`,
        streaming: !update.done,
      }));
      return true;
    }
  }
  return false;
}

function applyToMessage(message: AssistantMessage, update: ItemUpdate): boolean {
  if (!('content_index' in update)) return false;
  const index = update.content_index;
  // A server's mistake must not allocate a million parts.
  if (!Number.isInteger(index) || index < 0 || index > message.content.length + 64) return false;
  while (message.content.length <= index) message.content.push({ type: 'output_text', text: '', annotations: [] });
  const part = message.content[index]!;
  switch (update.type) {
    case 'assistant_message.content_part.added':
    case 'assistant_message.content_part.done': {
      const annotations = objects(update.content?.annotations);
      // `done` comes without the annotations that were added one by one; the item brings them again.
      message.content[index] = {
        ...update.content,
        text: typeof update.content?.text === 'string' ? update.content.text : part.text,
        annotations: annotations.length ? annotations : (part.annotations ?? []),
      };
      return true;
    }
    case 'assistant_message.content_part.text_delta':
      part.text += typeof update.delta === 'string' ? update.delta : '';
      return true;
    case 'assistant_message.content_part.annotation_added': {
      if (!update.annotation || typeof update.annotation !== 'object') return false;
      part.annotations ??= [];
      const at = update.annotation_index;
      part.annotations.splice(Math.min(at ?? Infinity, part.annotations.length), 0, update.annotation);
      return true;
    }
    default:
      return false;
  }
}

/** Returns the tree with one component changed; only the path to it is copied. */
function replaceComponent(node: WidgetTree, id: string, change: (node: WidgetTree) => WidgetTree): WidgetTree {
  if (node.id === id) return change(node);
  const { children } = node;
  if (Array.isArray(children)) {
    for (let index = 0; index < children.length; index++) {
      const child = children[index] as WidgetTree | null;
      if (!child || typeof child !== 'object') continue;
      const changed = replaceComponent(child, id, change);
      if (changed !== child) return { ...node, children: children.with(index, changed) };
    }
  } else if (children && typeof children === 'object') {
    const changed = replaceComponent(children as WidgetTree, id, change);
    if (changed !== children) return { ...node, children: changed };
  }
  return node;
}
