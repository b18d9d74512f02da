import type { CustomComponent } from '@causerie/widgets';
import { setIconBase } from '@causerie/widgets/icons';
import { addFonts, rgbOf, themeSheet } from '@causerie/widgets/theme';
import type { Attachment, ChatKitEvents, ToolChoice, UserMessageContent } from '@openai/chatkit';
import { h, render } from 'preact';
import { parts } from './assets.ts';
import { type ElementOptions, IntegrationError } from './options/options.ts';
import type { ComposerValue, LocalMessage } from './package-types.ts';
import type { UserMessageInput, WireAttachment } from './protocol.ts';
import { stopAnswer } from './state/answering.ts';
import { sendAction } from './state/item-actions.ts';
import { contentOf, trimmed } from './state/message-content.ts';
import { fetchUpdates, sendPageMessage } from './state/opening.ts';
import { addLocalMessage } from './state/sending.ts';
import { Session } from './state/session.ts';
import { App } from './view/app.tsx';
import chatStyles from './view/chat.css';

type Content = { text?: string; content?: UserMessageContent[] };
type MessageParams = Content & {
  reply?: string;
  attachments?: Attachment[];
  newThread?: boolean;
  toolChoice?: ToolChoice;
  model?: string;
};
type ComposerParams = Content & {
  reply?: string;
  attachments?: Attachment[];
  files?: File[];
  selectedToolId?: string | null;
  selectedModelId?: string;
};

/** How long an element waits for its options, in ms, before the console says why it is empty. */
const optionsWaitMs = 3000;
const emptyWithoutOptions =
  'Nothing is shown, since setOptions() was not called: give it { api: { url } } of your ChatKit server.';

/** One style sheet serves all elements of a page. It is a constructed one, since a strict policy forbids inline styles. */
let sheet: CSSStyleSheet | undefined;

function sharedSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(chatStyles);
  }
  return sheet;
}

const registered = new Map<string, CustomComponent>();

/**
 * `<openai-chatkit>`: the chat as an element. It has the options, methods and events of the official one
 * (`@openai/chatkit`), and `getComposerValue`, `stop`, `addLocalMessage` and `registerComponent` beyond it.
 */
export class ChatKitElement extends HTMLElement {
  static observedAttributes = ['classname'];

  /** Draws widgets of `type` in every chat on the page. `render` gets the widget's props, which nothing has checked. */
  static registerComponent(type: string, component: CustomComponent): void {
    registered.set(type, component);
  }

  readonly #root: ShadowRoot;
  readonly #theme = new CSSStyleSheet();
  readonly #session: Session;
  readonly #components = new Map<string, CustomComponent>();
  #themeText = '';
  #rendered = false;
  #ready = false;
  /** Events that were emitted before `chatkit.ready`. */
  #unsentEvents: [string, unknown][] = [];
  #leaveTimer: ReturnType<typeof setTimeout> | undefined;
  #optionsTimer: ReturnType<typeof setTimeout> | undefined;
  #optionsGiven = false;

  constructor() {
    super();
    this.#root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    this.#root.adoptedStyleSheets = [this.#theme, sharedSheet()];
    this.#setTheme(undefined);
    this.#session = new Session((name, detail) => this.#emit(name, detail));
    setIconBase(parts);
  }

  connectedCallback(): void {
    clearTimeout(this.#leaveTimer);
    // The page may have set `options` before this script was loaded.
    if (Object.hasOwn(this, 'options')) {
      const early = (this as { options: ElementOptions }).options;
      Reflect.deleteProperty(this, 'options');
      this.setOptions(early);
    }
    // A colour may be one of the page's custom properties, which hold only where the element stands.
    this.#setTheme(this.#session.options.value?.theme);
    this.#draw();
    this.#session.start();
    this.#optionsTimer ??= setTimeout(() => {
      if (this.isConnected && !this.#optionsGiven) console.warn('<openai-chatkit>', emptyWithoutOptions);
    }, optionsWaitMs);
  }

  disconnectedCallback(): void {
    // An element that is moved in the document leaves and comes back at once. Only one that stays away is suspended.
    clearTimeout(this.#leaveTimer);
    this.#leaveTimer = setTimeout(() => {
      if (!this.isConnected) this.#session.suspend();
    }, 50);
  }

  attributeChangedCallback(_: string, before: string | null, after: string | null): void {
    // React 18 writes className on a custom element as an attribute of that name.
    if (before) this.classList.remove(...before.split(/\s+/).filter(Boolean));
    if (after) this.classList.add(...after.split(/\s+/).filter(Boolean));
  }

  /** Takes a full set of options; nothing is merged with earlier ones. Never throws: see `chatkit.error`. */
  setOptions(options: ElementOptions): void {
    this.#optionsGiven = true;
    this.#session.configure(options);
    this.#setTheme(this.#session.options.value?.theme);
    this.#draw();
  }

  get options(): ElementOptions | null {
    return this.#session.options.value;
  }

  set options(options: ElementOptions) {
    this.setOptions(options);
  }

  async focusComposer(): Promise<void> {
    this.#session.focusRequests.value++;
    await nextPaint();
  }

  async setThreadId(threadId: string | null): Promise<void> {
    this.#session.refuseWhenBusy('setThreadId');
    this.#session.showHistory(false);
    await this.#session.openThread(threadId ?? null);
  }

  async sendCustomAction(action: { type: string; payload?: Record<string, unknown> }, itemId?: string): Promise<void> {
    this.#session.refuseWhenBusy('sendAction');
    if (typeof action?.type !== 'string' || !action.type)
      throw new IntegrationError('ChatKit: sendAction() needs an action with a type');
    await sendAction(this.#session, action, itemId);
  }

  async sendUserMessage(params: MessageParams = {}): Promise<void> {
    this.#session.refuseWhenBusy('sendUserMessage');
    const content = trimmed(contentOf(params) ?? []);
    const attachments = params.attachments ?? [];
    if (!content.length && !attachments.length)
      throw new IntegrationError('ChatKit: sendUserMessage() needs text, content or attachments');
    const input: UserMessageInput = {
      content,
      attachments: attachments.map((attachment) => attachment.id),
      inference_options: {
        ...(params.toolChoice && { tool_choice: params.toolChoice }),
        ...(params.model && { model: params.model }),
      },
    };
    if (params.reply) input.quoted_text = params.reply;
    await sendPageMessage(this.#session, input, attachments as WireAttachment[], params.newThread === true);
  }

  async setComposerValue(params: ComposerParams = {}): Promise<void> {
    if (!this.#session.options.value)
      throw new IntegrationError('ChatKit: setComposerValue() ignored - setOptions() was not called');
    if (params.files?.length && !this.#session.options.value.composer?.attachments?.enabled)
      throw new IntegrationError('ChatKit: setComposerValue() takes no files - composer.attachments is not enabled');
    const { draft } = this.#session;
    const content = contentOf(params);
    if (content) draft.setContent(content);
    if ('reply' in params) draft.reply.value = params.reply || null;
    if (params.attachments) draft.replaceFiles(params.attachments);
    if (params.files) draft.addFiles(params.files);
    if (params.selectedToolId !== undefined) this.#session.selectTool(params.selectedToolId);
    if (params.selectedModelId !== undefined) draft.modelId.value = params.selectedModelId;
  }

  async showHistory(): Promise<void> {
    if (this.#session.options.value) this.#session.showHistory(true);
  }

  async hideHistory(): Promise<void> {
    this.#session.showHistory(false);
  }

  async fetchUpdates(): Promise<void> {
    this.#session.refuseWhenBusy('fetchUpdates');
    await fetchUpdates(this.#session);
  }

  /** Returns what the composer holds. */
  async getComposerValue(): Promise<ComposerValue> {
    const { draft } = this.#session;
    const content = [...draft.content.value];
    return {
      text: content.map((part) => (part.type === 'input_tag' ? `@${part.text}` : part.text)).join(''),
      content,
      reply: draft.reply.value,
      attachments: draft.files.value.flatMap((file) => (file.attachment ? [file.attachment as Attachment] : [])),
      selectedToolId: draft.toolId.value,
      selectedModelId: this.#session.options.value ? (draft.model?.id ?? null) : null,
    };
  }

  /** Stops the running answer, wherever it was started from. Does nothing when none runs. */
  async stop(): Promise<void> {
    await stopAnswer(this.#session);
  }

  /**
   * Shows a message without sending it to the server, such as the transcript of a call.
   * @returns its id; giving the same `id` again replaces the message.
   */
  async addLocalMessage(message: LocalMessage): Promise<string> {
    return addLocalMessage(this.#session, message.role, contentOf(message) ?? [], message.id);
  }

  /** Draws widgets of `type` in this chat. */
  registerComponent(type: string, component: CustomComponent): void {
    this.#components.set(type, component);
    this.#rendered = false;
    this.#draw();
  }

  #draw(): void {
    if (!this.isConnected || !this.#session.options.value || this.#rendered) return;
    this.#rendered = true;
    const components = new Map([...registered, ...this.#components]);
    const scope = { session: this.#session, components, root: this.#root };
    render(h(App, { scope }), this.#root);
    if (this.#ready) return;
    // React adds its listeners after the layout effect that calls setOptions; a page may do so later still in the same
    // task. Ready comes after the first paint, and at least one task later; a hidden page has no paint to wait for.
    const becomeReady = () => {
      if (this.#ready) return;
      this.#ready = true;
      this.dispatchEvent(new CustomEvent('chatkit.ready'));
      this.#sendEvents();
    };
    requestAnimationFrame(() => setTimeout(becomeReady));
    setTimeout(becomeReady, 500);
  }

  #emit<K extends keyof ChatKitEvents>(name: K, detail?: ChatKitEvents[K]['detail']): void {
    if (name === 'chatkit.error') console.error('<openai-chatkit>', (detail as { error: Error }).error);
    if (this.#ready) this.dispatchEvent(new CustomEvent(name, { detail }));
    else {
      // An error before the first paint (no options yet) must not wait for a paint that may never come.
      this.#unsentEvents.push([name, detail]);
      if (!this.#session?.options.value) setTimeout(() => this.#session.options.value || this.#sendEvents());
    }
  }

  #sendEvents(): void {
    const events = this.#unsentEvents;
    this.#unsentEvents = [];
    for (const [name, detail] of events) this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #setTheme(theme: ElementOptions['theme']): void {
    const text = themeSheet(theme, (color, scheme) => rgbOf(color, this, scheme));
    if (text !== this.#themeText) {
      this.#themeText = text;
      this.#theme.replaceSync(text);
    }
    addFonts(typeof theme === 'object' ? theme.typography : undefined, parts);
  }
}

/** Waits until the last change is drawn, so that the caller may type into it at once. */
function nextPaint(): Promise<void> {
  return new Promise((resolve) => {
    // A hidden page has no frames.
    const late = setTimeout(resolve, 250);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        clearTimeout(late);
        setTimeout(resolve);
      }),
    );
  });
}
