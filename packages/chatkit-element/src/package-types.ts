/**
 * What the published package says in types. The script itself exports nothing: it defines the tag. No library that is
 * bundled is named here, so that none has to be installed; the official types are the one exception.
 */
import type { Attachment, ModelOption, OpenAIChatKit, ToolOption, UserMessageContent } from '@openai/chatkit';
import type { ElementOptions } from './options/options.ts';

export type { ElementOptions } from './options/options.ts';

/** What the composer holds, as `getComposerValue()` tells it. */
export type ComposerValue = {
  text: string;
  content: UserMessageContent[];
  reply: string | null;
  attachments: Attachment[];
  selectedToolId: ToolOption['id'] | null;
  selectedModelId: ModelOption['id'] | null;
};

/** A message that is shown without telling the server. */
export type LocalMessage = {
  role: 'user' | 'assistant';
  text?: string;
  content?: UserMessageContent[];
  /** An `id` that was given before replaces that message. */
  id?: string;
};

/** What a widget drawn by the page may use of the element around it. */
export type WidgetSurroundings = {
  /** Runs an action; rejects when it failed. */
  onAction(
    action: { type: string; payload?: Record<string, unknown>; handler?: 'server' | 'client' },
    context: { itemId: string; widget: object },
  ): Promise<void>;
  locale: string;
  colorScheme: 'light' | 'dark';
  /** True while an answer streams. */
  busy: boolean;
};

/** Draws widgets of one type. The props come from the server and were checked by nobody. */
export type DrawWidget = (props: object, surroundings: WidgetSurroundings) => HTMLElement;

/** The element: what `@openai/chatkit` says of it, and what is ours beyond. `document.querySelector<ChatKitElement>('openai-chatkit')`. */
export interface ChatKitElement extends Omit<OpenAIChatKit, 'setOptions'> {
  /** A full set, or null before the first. Assigning is `setOptions`. */
  options: ElementOptions | null;
  setOptions(options: ElementOptions): void;
  /** What is in the composer now. */
  getComposerValue(): Promise<ComposerValue>;
  /** Stops the running answer, wherever it was started from. */
  stop(): Promise<void>;
  /** Shows a message that the server is not told of. Resolves with its id. */
  addLocalMessage(message: LocalMessage): Promise<string>;
  /** Draws widgets of `type` in this chat. */
  registerComponent(type: string, draw: DrawWidget): void;
}
