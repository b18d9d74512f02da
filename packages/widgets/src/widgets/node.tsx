import { Component, type ComponentType, type VNode } from 'preact';
import { useContext, useLayoutEffect, useRef } from 'preact/hooks';
import { ScopeContext, type WidgetScope } from './context.ts';
import { isObject } from './values.ts';
import type { CustomComponent, WidgetNode } from './widget-types.ts';

/** What each component of the catalogue is given: its node, and how deep it lies. */
export type NodeProps = { node: WidgetNode; depth: number };

/** Deeper than any layout a person could read, shallow enough that drawing it cannot exhaust the stack. */
const maxDepth = 100;

const catalogue = new Map<string, ComponentType<NodeProps>>();

/** Enters components into the catalogue, by the type they draw. Called once for each, when the module is loaded. */
export function register(components: Record<string, ComponentType<NodeProps>>): void {
  for (const [type, component] of Object.entries(components)) catalogue.set(type, component);
}

/**
 * Draws one node. A node whose object is the one drawn before is not drawn again, so a text that grows costs its own way up
 * to the root and no more. What throws is replaced by nothing, and the rest of the widget stands.
 */
class NodeView extends Component<NodeProps, { failed?: WidgetNode }> {
  static override contextType = ScopeContext;

  override shouldComponentUpdate(next: NodeProps, state: { failed?: WidgetNode }): boolean {
    return next.node !== this.props.node || state.failed !== this.state.failed;
  }

  override componentDidCatch(error: unknown): void {
    this.setState({ failed: this.props.node });
    (this.context as WidgetScope).host().onError(error instanceof Error ? error : new Error(String(error)));
  }

  render() {
    const { node, depth } = this.props;
    if (this.state.failed === node) return null;
    return <Dispatch node={node} depth={depth} />;
  }
}

function Dispatch({ node, depth }: NodeProps) {
  const scope = useContext(ScopeContext);
  const type = typeof node.type === 'string' ? node.type : '';
  const custom = scope.components.get(type);
  if (custom) return <Custom node={node} render={custom} scope={scope} />;
  const Known = catalogue.get(type);
  // A type from a later version, or from another product: what it holds may still make sense.
  return Known ? <Known node={node} depth={depth} /> : <Children of={node.children} depth={depth} />;
}

function Custom({ node, render, scope }: { node: WidgetNode; render: CustomComponent; scope: WidgetScope }): VNode {
  const slot = useRef<HTMLDivElement>(null);
  const drawn = render(node, scope.host());
  const element = drawn instanceof Element ? drawn : undefined;
  useLayoutEffect(() => {
    if (element) slot.current?.replaceChildren(element);
  }, [element]);
  return element ? <div class="ck-custom" ref={slot} /> : <div class="ck-custom">{drawn as VNode}</div>;
}

/** The children in a prop that holds one node, several (nested lists too), or none. */
export function childNodes(value: unknown): WidgetNode[] {
  if (Array.isArray(value)) return value.flat(8).filter(isObject);
  return isObject(value) ? [value] : [];
}

/**
 * Keys that let a node keep its focus, its caret and what was typed into it when the tree around it changes: its `key`, else
 * its `id`, else its place.
 */
export function keysOf(nodes: readonly WidgetNode[]): string[] {
  const taken = new Set<string>();
  return nodes.map((node, index) => {
    const given = [node.key, node.id].find((name) => typeof name === 'string' && name !== '');
    const key = given === undefined || taken.has(`=${given}`) ? `#${index}` : `=${given}`;
    taken.add(key);
    return key;
  });
}

/** Draws the children in a prop. */
export function Children({ of, depth }: { of: unknown; depth: number }): VNode | null {
  if (depth >= maxDepth) return null;
  const nodes = childNodes(of);
  const keys = keysOf(nodes);
  return (
    <>
      {nodes.map((node, index) => (
        <NodeView key={keys[index]} node={node} depth={depth + 1} />
      ))}
    </>
  );
}
