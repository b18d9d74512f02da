/**
 * The part of the ChatKit wire format that the element reads. A server may send anything: every field that decides
 * something is checked where it is used, and unknown types are passed over.
 */

export type ThreadStatus = { type: 'active' | 'locked' | 'closed'; reason?: string };

export type Thread = {
  id: string;
  title?: string;
  created_at?: string;
  /** The time of the last message, and the passage that a search found. Servers that can resume send both. */
  updated_at?: string;
  match?: { item_id?: string; text?: string };
  status?: ThreadStatus;
  allowed_image_domains?: string[];
  items?: Page<Item>;
};

export type Page<T> = { data: T[]; has_more: boolean; after?: string };

export type Source = {
  type: 'file' | 'url' | 'entity';
  title?: string;
  description?: string;
  timestamp?: string;
  group?: string;
  filename?: string;
  url?: string;
  attribution?: string;
  id?: string;
  icon?: string;
  label?: string;
  inline_label?: string;
  interactive?: boolean;
  data?: Record<string, unknown>;
};

export type Annotation = { type: 'annotation'; source: Source; index?: number };
export type ContentPart = { type: 'output_text'; text: string; annotations?: Annotation[] };

export type UserContent =
  | { type: 'input_text'; text: string }
  | {
      type: 'input_tag';
      text: string;
      id: string;
      group?: string;
      data?: Record<string, unknown>;
      interactive?: boolean;
    };

export type WireAttachment = {
  type: 'file' | 'image';
  id: string;
  name: string;
  mime_type: string;
  preview_url?: string;
  upload_descriptor?: { url: string; method?: 'POST' | 'PUT'; headers?: Record<string, string> };
};

export type InferenceOptions = { tool_choice?: { id: string }; model?: string };

export type UserMessageInput = {
  content: UserContent[];
  attachments: string[];
  quoted_text?: string;
  inference_options: InferenceOptions;
};

type Base = { id: string; thread_id?: string; created_at?: string };

export type UserMessage = Base & {
  type: 'user_message';
  content: UserContent[];
  attachments?: WireAttachment[];
  quoted_text?: string;
  inference_options?: InferenceOptions;
};
export type AssistantMessage = Base & { type: 'assistant_message'; content: ContentPart[] };
export type ClientToolCall = Base & {
  type: 'client_tool_call';
  status?: 'pending' | 'completed';
  call_id: string;
  name: string;
  arguments?: Record<string, unknown>;
  output?: unknown;
};
export type WidgetItem = Base & { type: 'widget'; widget: WidgetTree; copy_text?: string };
export type GeneratedImage = Base & {
  type: 'generated_image';
  image?: { id: string; url: string } | null;
  /** Not in the protocol: the last progress that `generated_image.updated` named, from 0 to 1. */
  progress?: number;
};
export type Question = {
  type: 'multiple_choice' | 'freeform';
  id: string;
  question: string;
  options?: { value: string; label?: string; description?: string }[];
  multiple?: boolean;
  description?: string;
  answer?: { values: string[]; skipped?: boolean };
};
export type StructuredInput = Base & {
  type: 'structured_input';
  status: 'pending' | 'answered' | 'skipped';
  inputs: Question[];
};
export type Task = {
  type: 'custom' | 'web_search' | 'thought' | 'file' | 'image';
  status_indicator?: 'none' | 'loading' | 'complete';
  title?: string;
  icon?: string;
  content?: string;
  title_query?: string;
  queries?: string[];
  sources?: Source[];
};
export type TaskItem = Base & { type: 'task'; task: Task };
export type Workflow = {
  type: 'custom' | 'reasoning';
  tasks: Task[];
  summary?: { title?: string; icon?: string; duration?: number };
  expanded?: boolean;
};
export type WorkflowItem = Base & { type: 'workflow'; workflow: Workflow };
export type EndOfTurn = Base & { type: 'end_of_turn' };

export type Item =
  | UserMessage
  | AssistantMessage
  | ClientToolCall
  | WidgetItem
  | GeneratedImage
  | StructuredInput
  | TaskItem
  | WorkflowItem
  | EndOfTurn;

export type WidgetTree = { type: string; id?: string; children?: unknown; value?: unknown; [prop: string]: unknown };

export type ItemUpdate =
  | { type: 'assistant_message.content_part.added'; content_index: number; content: ContentPart }
  | { type: 'assistant_message.content_part.text_delta'; content_index: number; delta: string }
  | {
      type: 'assistant_message.content_part.annotation_added';
      content_index: number;
      annotation_index: number;
      annotation: Annotation;
    }
  | { type: 'assistant_message.content_part.done'; content_index: number; content: ContentPart }
  | { type: 'widget.streaming_text.value_delta'; component_id: string; delta: string; done?: boolean }
  | { type: 'widget.root.updated'; widget: WidgetTree }
  | { type: 'widget.component.updated'; component_id: string; component: WidgetTree }
  | { type: 'workflow.task.added'; task_index: number; task: Task }
  | { type: 'workflow.task.updated'; task_index: number; task: Task }
  | { type: 'generated_image.updated'; image?: { id: string; url: string }; progress?: number };

export type Notice = { type: 'notice'; level: 'info' | 'warning' | 'danger'; message: string; title?: string };
export type StreamError = { type: 'error'; code?: string; message?: string; allow_retry?: boolean };
export type RunState = 'started' | 'done' | 'stopped' | 'failed' | 'interrupted';

export type StreamEvent =
  | { type: 'thread.created' | 'thread.updated'; thread: Thread }
  | { type: 'thread.item.added' | 'thread.item.done' | 'thread.item.replaced'; item: Item }
  | { type: 'thread.item.updated'; item_id: string; update: ItemUpdate }
  | { type: 'thread.item.removed'; item_id: string }
  | { type: 'stream_options'; stream_options?: { allow_cancel?: boolean } }
  | { type: 'progress_update'; text: string; icon?: string }
  | { type: 'client_effect'; name: string; data?: Record<string, unknown> }
  | Notice
  | StreamError
  /** Only in the live feed of a server that can resume. */
  | { type: 'causerie.run'; run_id: string; state: RunState };

export type CustomAction = { type: string; payload?: Record<string, unknown> };

export type StreamingRequest =
  | { type: 'threads.create'; params: { input: UserMessageInput } }
  | { type: 'threads.add_user_message'; params: { thread_id: string; input: UserMessageInput } }
  | { type: 'threads.add_client_tool_output'; params: { thread_id: string; result: unknown } }
  | {
      type: 'threads.add_structured_input';
      params: {
        thread_id: string;
        item_id: string;
        input: { status: 'answered' | 'skipped'; answers: Record<string, { values: string[]; skipped?: boolean }> };
      };
    }
  | { type: 'threads.retry_after_item'; params: { thread_id: string; item_id: string } }
  | { type: 'threads.custom_action'; params: { thread_id: string; item_id?: string; action: CustomAction } };

export type PlainRequest =
  | { type: 'threads.get_by_id'; params: { thread_id: string } }
  | { type: 'threads.list'; params: { limit?: number; order?: 'asc' | 'desc'; after?: string } }
  | { type: 'items.list'; params: { thread_id: string; limit?: number; order?: 'asc' | 'desc'; after?: string } }
  | { type: 'items.feedback'; params: { thread_id: string; item_ids: string[]; kind: 'positive' | 'negative' } }
  | { type: 'attachments.create'; params: { name: string; size: number; mime_type: string } }
  | { type: 'attachments.delete'; params: { attachment_id: string } }
  | { type: 'threads.update'; params: { thread_id: string; title: string } }
  | { type: 'threads.delete'; params: { thread_id: string } }
  | { type: 'input.transcribe'; params: { audio_base64: string; mime_type: string } }
  | {
      type: 'threads.sync_custom_action';
      params: { thread_id: string; item_id?: string; action: CustomAction };
    };
