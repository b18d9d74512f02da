import type { Attachment, ModelOption, ToolOption } from '@openai/chatkit';
import { type ElementOptions, list } from '../options/options.ts';
import type { UserContent, UserMessageInput, WireAttachment } from '../protocol.ts';
import type { Api } from '../transport/api.ts';
import { ApiError } from '../transport/api-error.ts';
import { isAccepted, maxSizeFor } from './file-limits.ts';
import { isBlank, trimmed } from './message-content.ts';
import { Signal } from './signal.ts';

/** A file of the message being written. */
export type DraftFile = {
  key: string;
  name: string;
  mime: string;
  state: 'uploading' | 'ready' | 'failed';
  /** Why it failed, in the server's words, where the server gave a reason. */
  reason?: string | undefined;
  /** It failed because the server was not reached. */
  lost?: boolean;
  /** The file itself; absent for one that the page has uploaded itself. */
  file?: File;
  attachment?: WireAttachment;
};

/** A message that was being written in a thread that is not shown now. */
type PutAside = { content: readonly UserContent[]; files: readonly DraftFile[]; reply: string | null };

/** Why a file was not taken. */
export type FileRefusal = { reason: 'type' | 'size' | 'count'; name: string; limit: number };

/** The message being written. Its text lives in the editor's DOM, which reports every change here. */
export class MessageDraft {
  readonly content = new Signal<readonly UserContent[]>([]);
  /** Counts the changes of the content that the editor did not make, and has to draw. */
  readonly revision = new Signal(0);
  readonly files = new Signal<readonly DraftFile[]>([]);
  readonly toolId = new Signal<string | null>(null);
  readonly modelId = new Signal<string | null>(null);
  readonly reply = new Signal<string | null>(null);
  /** Icons of the entities chosen here, by id. A message does not carry them. */
  readonly icons = new Map<string, string>();
  readonly refusals = new Signal<readonly FileRefusal[]>([]);
  /** Sending was refused, because one of the files has failed. */
  readonly blocked = new Signal(false);
  readonly #api: Api;
  readonly #options: () => ElementOptions;
  readonly #onError: (error: unknown) => void;
  readonly #uploads = new Map<string, AbortController>();
  /** By the id of their thread; null stands for the thread that the next message makes. */
  readonly #putAside = new Map<string | null, PutAside>();
  #keys = 0;

  constructor(api: Api, options: () => ElementOptions, onError: (error: unknown) => void) {
    this.#api = api;
    this.#options = options;
    this.#onError = onError;
  }

  get isEmpty(): boolean {
    return !this.files.value.length && isBlank(this.content.value);
  }

  get isUploading(): boolean {
    return this.files.value.some((file) => file.state === 'uploading');
  }

  get tools(): readonly ToolOption[] {
    return list(this.#options().composer?.tools);
  }

  get models(): readonly ModelOption[] {
    return list(this.#options().composer?.models);
  }

  get model(): ModelOption | undefined {
    const usable = this.models.filter((model) => !model.disabled);
    return (
      usable.find((model) => model.id === this.modelId.value) ?? usable.find((model) => model.default) ?? usable[0]
    );
  }

  get tool(): ToolOption | undefined {
    return this.tools.find((tool) => tool.id === this.toolId.value);
  }

  /** Takes what the person wrote. Whoever writes on has read about the files that were refused. */
  write(content: readonly UserContent[]): void {
    this.content.value = content;
    this.dismissRefusals();
  }

  dismissRefusals(): void {
    if (this.refusals.value.length) this.refusals.value = [];
  }

  setContent(content: readonly UserContent[]): void {
    this.content.value = content;
    this.revision.value++;
  }

  /**
   * Returns what is sent, with the attachments as they are shown. Null while there is nothing or a file is being uploaded,
   * and when a file has failed: the message may be about that file.
   */
  takeMessage(): { input: UserMessageInput; attachments: WireAttachment[] } | null {
    if (this.isEmpty || this.isUploading) return null;
    this.blocked.value = this.files.value.some((file) => file.state === 'failed');
    if (this.blocked.value) return null;
    const attachments = this.files.value.flatMap((file) => (file.attachment ? [file.attachment] : []));
    const content = trimmed(this.content.value);
    if (!content.length && !attachments.length) return null;
    const input: UserMessageInput = {
      content,
      attachments: attachments.map((attachment) => attachment.id),
      inference_options: this.inference,
    };
    if (this.reply.value) input.quoted_text = this.reply.value;
    return { input, attachments };
  }

  get inference(): UserMessageInput['inference_options'] {
    const tool = this.tool;
    const model = this.model;
    return { ...(tool && { tool_choice: { id: tool.id } }), ...(model && { model: model.id }) };
  }

  /** Empties the draft after it was sent. */
  clear(): void {
    this.setContent([]);
    this.files.value = [];
    this.reply.value = null;
    this.dismissRefusals();
  }

  /**
   * Puts aside the draft of one thread, and brings back that of another. When the thread left is `gone`, its draft moves to
   * the new one.
   */
  switchThread(from: string | null, to: string | null, gone = false): void {
    const { content, files, reply } = this;
    if (gone && !this.isEmpty) return;
    if (!this.isEmpty || reply.value)
      this.#putAside.set(from, { content: content.value, files: files.value, reply: reply.value });
    const draft = this.#putAside.get(to);
    this.#putAside.delete(to);
    this.setContent(draft?.content ?? []);
    this.files.value = draft?.files ?? [];
    this.reply.value = draft?.reply ?? null;
    this.refusals.value = [];
    this.blocked.value = false;
  }

  /** Drops the draft of a thread that is gone. */
  forgetThread(threadId: string): void {
    this.#putAside.delete(threadId);
  }

  /** Replaces all files by these. Uploads under way are aborted. */
  replaceFiles(attachments: readonly Attachment[]): void {
    for (const upload of this.#uploads.values()) upload.abort();
    this.files.value = [];
    this.attach(attachments);
  }

  attach(attachments: readonly Attachment[]): void {
    const drafts = attachments.map((attachment): DraftFile => {
      const { name, mime_type: mime } = attachment;
      return { key: this.#key(), name, mime, state: 'ready', attachment };
    });
    this.files.value = [...this.files.value, ...drafts];
  }

  /** Takes the files that the limits allow, and uploads them. */
  addFiles(files: readonly File[]): void {
    const limits = this.#options().composer?.attachments;
    if (!limits?.enabled) return;
    const maxCount = limits.maxCount ?? 10;
    const refusals: FileRefusal[] = [];
    for (const file of files) {
      const limit = maxSizeFor(file.type, limits.maxSize);
      if (!isAccepted(file, limits.accept)) refusals.push({ reason: 'type', name: file.name, limit: 0 });
      else if (file.size > limit) refusals.push({ reason: 'size', name: file.name, limit });
      else if (this.files.value.length >= maxCount)
        refusals.push({ reason: 'count', name: file.name, limit: maxCount });
      else {
        const draft: DraftFile = { key: this.#key(), name: file.name, mime: file.type, state: 'uploading', file };
        this.files.value = [...this.files.value, draft];
        void this.#upload(draft);
      }
    }
    this.refusals.value = refusals;
  }

  /** Uploads again what did not reach the server, which is back. */
  retryLostFiles(): void {
    for (const file of this.files.value) if (file.lost) this.retryFile(file.key);
  }

  retryFile(key: string): void {
    const draft = this.files.value.find((file) => file.key === key);
    if (draft?.file && draft.state === 'failed') void this.#upload(draft);
  }

  removeFile(key: string): void {
    const draft = this.files.value.find((file) => file.key === key);
    this.dismissRefusals();
    this.#uploads.get(key)?.abort();
    this.blocked.value = false;
    this.files.value = this.files.value.filter((file) => file.key !== key);
    // Only a file that was uploaded from here is deleted on the server.
    if (draft?.file && draft.attachment) {
      const params = { attachment_id: draft.attachment.id };
      this.#api.ask({ type: 'attachments.delete', params }).catch(this.#onError);
    }
  }

  async #upload(draft: DraftFile): Promise<void> {
    const stop = new AbortController();
    this.#uploads.set(draft.key, stop);
    this.blocked.value = false;
    this.#change(draft.key, { state: 'uploading', reason: undefined, lost: false });
    try {
      const attachment = await this.#api.upload(draft.file!, stop.signal);
      this.#change(draft.key, { state: 'ready', attachment });
    } catch (error) {
      if (stop.signal.aborted) return;
      const lost = error instanceof ApiError && error.status === 0;
      this.#change(draft.key, { state: 'failed', reason: reasonOf(error), lost });
      if (lost) this.#api.connection.checkServer();
      this.#onError(error);
    } finally {
      this.#uploads.delete(draft.key);
    }
  }

  #change(key: string, change: Partial<DraftFile>): void {
    const changed = (files: readonly DraftFile[]) =>
      files.map((file) => (file.key === key ? { ...file, ...change } : file));
    this.files.value = changed(this.files.value);
    // The uploads of a draft put aside go on.
    for (const draft of this.#putAside.values()) draft.files = changed(draft.files);
  }

  #key(): string {
    return `f${this.#keys++}`;
  }
}

/** How many characters of the server's reason are shown. */
const longestReason = 200;

/** Returns the server's reason on one line; undefined when it gave none or was not reached. */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.status === 0) return undefined;
  const said = error.detail?.replace(/\s+/g, ' ').trim();
  return said && said.length > longestReason ? `${said.slice(0, longestReason).trimEnd()}…` : said || undefined;
}
