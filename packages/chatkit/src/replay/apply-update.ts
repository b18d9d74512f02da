import type { AssistantMessageContent, AssistantMessageItem, ThreadItem } from '../protocol/items.ts';
import type { ItemUpdate } from '../protocol/updates.ts';
import type { WidgetRoot } from '../protocol/widgets.ts';

/**
 * Returns an item after one update. It does not change its arguments, so a renderer can compare identities to find the
 * changes. An update of an unknown kind, or one that does not fit the item, has no effect.
 *
 * Appending is a rope concatenation, so a thousand deltas cost a thousand steps, not a million.
 */
export function applyUpdate(item: ThreadItem, update: ItemUpdate): ThreadItem {
  switch (item.type) {
    case 'assistant_message':
      return updateMessage(item, update);
    case 'widget':
      if (update.type === 'widget.root.updated') return { ...item, widget: update.widget };
      if (update.type === 'widget.component.updated' || update.type === 'widget.streaming_text.value_delta') {
        const widget = updateComponent(item.widget as Node, update) as WidgetRoot;
        return widget === item.widget ? item : { ...item, widget };
      }
      return item;
    case 'workflow': {
      const { workflow } = item;
      // The index of an added task is ignored, as in the reference: tasks are only added at the end.
      if (update.type === 'workflow.task.added') {
        return { ...item, workflow: { ...workflow, tasks: [...workflow.tasks, update.task] } };
      }
      if (update.type === 'workflow.task.updated' && update.task_index < workflow.tasks.length) {
        return { ...item, workflow: { ...workflow, tasks: workflow.tasks.with(update.task_index, update.task) } };
      }
      return item;
    }
    case 'generated_image':
      return update.type === 'generated_image.updated' ? { ...item, image: update.image } : item;
    default:
      return item;
  }
}

function updateMessage(item: AssistantMessageItem, update: ItemUpdate): AssistantMessageItem {
  switch (update.type) {
    case 'assistant_message.content_part.text_delta':
      return withPart(item, update.content_index, (part) => ({ ...part, text: part.text + update.delta }));
    case 'assistant_message.content_part.added':
    case 'assistant_message.content_part.done':
      return withPart(item, update.content_index, () => update.content);
    case 'assistant_message.content_part.annotation_added':
      return withPart(item, update.content_index, (part) => {
        const at = Math.min(update.annotation_index, part.annotations.length);
        return { ...part, annotations: part.annotations.toSpliced(at, 0, update.annotation) };
      });
    default:
      return item;
  }
}

function withPart(
  item: AssistantMessageItem,
  index: number,
  change: (part: AssistantMessageContent) => AssistantMessageContent,
): AssistantMessageItem {
  const content = item.content.slice();
  // Parts may arrive out of order: the gap is filled with empty ones.
  while (content.length <= index) content.push({ annotations: [], text: '', type: 'output_text' });
  content[index] = change(content[index] as AssistantMessageContent);
  return { ...item, content };
}

type Node = {
  type: string;
  id?: string;
  value?: unknown;
  streaming?: unknown;
  children?: unknown;
};
type ComponentUpdate = Extract<ItemUpdate, { component_id: string }>;

/** Returns the tree with one component changed; branches without it keep their identity. */
function updateComponent(node: Node, update: ComponentUpdate): Node {
  if (node.id === update.component_id) {
    if (update.type === 'widget.component.updated') return update.component as Node;
    const grown = { ...node, value: `${typeof node.value === 'string' ? node.value : ''}${update.delta}` };
    if (update.done && node.streaming === true) grown.streaming = false;
    return grown;
  }
  const { children } = node;
  if (Array.isArray(children)) {
    let changed: unknown[] | undefined;
    for (const [index, child] of children.entries()) {
      if (!isNode(child)) continue;
      const next = updateComponent(child, update);
      if (next === child) continue;
      changed ??= children.slice();
      changed[index] = next;
    }
    return changed ? { ...node, children: changed } : node;
  }
  if (!isNode(children)) return node;
  const next = updateComponent(children, update);
  return next === children ? node : { ...node, children: next };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}
