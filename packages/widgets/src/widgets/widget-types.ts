import type { ComponentChildren, VNode } from 'preact';

/** One node of a widget tree as the server sent it. Nothing about it may be believed before it has been checked. */
export type WidgetNode = Readonly<Record<string, unknown>>;

/** An action as it stands in a widget: what to call, with what, and how to show that it is under way. */
export type ActionConfig = {
  type: string;
  payload?: Record<string, unknown>;
  /** Who handles it: the chat server (default) or the page around the element. */
  handler?: 'server' | 'client';
  /** What shows that it is under way. `auto` goes by the slot the action sits in. */
  loadingBehavior?: 'auto' | 'none' | 'self' | 'container';
  /** False: the answer is one JSON reply, and the action is not held back while an answer streams. */
  streaming?: boolean;
};

/** A component that the page registered for a type the element does not know (or wants to draw itself). */
export type CustomComponent = (props: object, host: WidgetHost) => VNode | HTMLElement;

/** What a widget needs from the element around it. */
export type WidgetHost = {
  /** Runs an action. Resolves when it is done, rejects when it failed; the widget shows it as busy in between. */
  onAction(action: ActionConfig, context: { itemId: string; widget: object }): Promise<void>;
  /** Renders Markdown; `streaming` says that more of the same text will follow. */
  markdown(text: string, streaming: boolean): ComponentChildren;
  /** Renders an icon by name, or nothing when there is none of that name. */
  icon(name: string): ComponentChildren;
  /** Loads a part that is not in the main script. */
  loadChunk(name: 'chart'): Promise<unknown>;
  /** A sentence in the reader's language. Returns the key itself when it has none, and the widget's own English is used. */
  t(key: string, params?: object): string;
  locale: string;
  colorScheme: 'light' | 'dark';
  components: Map<string, CustomComponent>;
  onError(error: Error): void;
  /** An answer is streaming: actions that would start another one are held back. */
  busy: boolean;
  /** Says whether an image may be requested; without it every http(s) address may. */
  allowImage?(url: string): boolean;
};

export type WidgetRootProps = { widget: object; itemId: string; host: WidgetHost };
