/**
 * The types of the published package. The script itself exports nothing: it defines the tag. No bundled library is named
 * here, so that none has to be installed; the official types are the one exception.
 */
import type { Attachment, ModelOption, OpenAIChatKit, ToolOption, UserMessageContent } from '@openai/chatkit';
import type { ElementOptions } from './options/options.ts';

export type { ElementOptions } from './options/options.ts';

/** What `getComposerValue()` returns. */
export type ComposerValue = {
  text: string;
  content: UserMessageContent[];
  reply: string | null;
  attachments: Attachment[];
  selectedToolId: ToolOption['id'] | null;
  selectedModelId: ModelOption['id'] | null;
};

/** A message that is shown without sending it to the server. */
export type LocalMessage = {
  role: 'user' | 'assistant';
  text?: string;
  content?: UserMessageContent[];
  /** The id of an earlier local message replaces that message. */
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

/** Draws widgets of one type. The props come from the server, and nothing has checked them. */
export type DrawWidget = (props: object, surroundings: WidgetSurroundings) => HTMLElement;

/** The element of `@openai/chatkit`, with the additions of this package. `document.querySelector<ChatKitElement>('openai-chatkit')`. */
export interface ChatKitElement extends Omit<OpenAIChatKit, 'setOptions'> {
  /** The last set of options, or null before the first. Assigning calls `setOptions`. */
  options: ElementOptions | null;
  setOptions(options: ElementOptions): void;
  /** Returns what the composer holds. */
  getComposerValue(): Promise<ComposerValue>;
  /** Stops the running answer, wherever it was started from. */
  stop(): Promise<void>;
  /** Shows a message without sending it to the server. Resolves with its id. */
  addLocalMessage(message: LocalMessage): Promise<string>;
  /** Draws widgets of `type` in this chat. */
  registerComponent(type: string, draw: DrawWidget): void;
}
