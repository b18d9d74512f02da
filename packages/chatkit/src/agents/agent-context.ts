import type { z } from 'zod';
import { UsageError } from '../protocol/errors.ts';
import type { StreamEvent } from '../protocol/events.ts';
import type { GeneratedImageItem, WorkflowItem } from '../protocol/items.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import { taskSchema, type WorkflowSummary, workflowSchema } from '../protocol/workflows.ts';
import type { ItemIdKind } from '../store/ids.ts';
import type { Store } from '../store/store.ts';
import { streamWidget, type WidgetStates } from '../widgets/stream-widget.ts';
import { Outbox } from './outbox.ts';

/** A tool that the browser runs. Set it as `context.clientToolCall` in a tool at which the agent stops. */
export type ClientToolCall = {
  /** The id of the model's call that it stands for. Default: the model's last call of that name. */
  callId?: string;
  name: string;
  arguments: Record<string, unknown>;
};

export type AgentContextOptions<RequestContext> = {
  thread: ThreadMetadata;
  store: Store<RequestContext>;
  requestContext: RequestContext;
  previousResponseId?: string;
  /** Aborted when the answer is stopped. Pass it to `run()` as well, so that tools see it. */
  signal?: AbortSignal;
};

/**
 * The context of an agent's tools (`run(agent, input, { context, stream: true })`): the thread, the store, and methods
 * that show something in the chat while the agent works. `streamAgentResponse` forwards their events in order, among
 * the events of the model.
 */
export class AgentContext<RequestContext = unknown> {
  readonly thread: ThreadMetadata;
  readonly store: Store<RequestContext>;
  readonly requestContext: RequestContext;
  readonly signal: AbortSignal | undefined;
  previousResponseId: string | undefined;
  /** Set by a tool: the turn ends with this call, and goes on when the browser has answered it. */
  clientToolCall: ClientToolCall | undefined;
  /** The workflow that is being shown, if any. */
  workflowItem: WorkflowItem | undefined;
  /** The image that is being generated, if any. */
  generatedImageItem: GeneratedImageItem | undefined;
  /** @internal read by `streamAgentResponse`. */
  readonly outbox = new Outbox();
  /** @internal the ids of every item shown in this turn, which are removed when a guardrail trips. */
  readonly producedIds = new Set<string>();

  constructor(options: AgentContextOptions<RequestContext>) {
    this.thread = options.thread;
    this.store = options.store;
    this.requestContext = options.requestContext;
    this.previousResponseId = options.previousResponseId;
    this.signal = options.signal;
  }

  /** A new item id from the store. */
  generateId(kind: ItemIdKind, thread: ThreadMetadata = this.thread): string {
    return this.store.generateItemId(kind, thread, this.requestContext);
  }

  /**
   * Sends any event. An item other than the current workflow ends that workflow first, except for client tool calls
   * and hidden context, which no client receives.
   */
  stream(event: StreamEvent): void {
    // A snapshot: the tool may change its item before a reader gets this event.
    if (event.type === 'thread.item.added' || event.type === 'thread.item.done')
      this.streamItem({ ...event, item: structuredClone(event.item) });
    else this.outbox.push(event);
  }

  /** @internal as `stream`, for an item that no other code holds: a copy costs 0.05 ms before the first words. */
  streamItem(event: Extract<StreamEvent, { type: 'thread.item.added' | 'thread.item.done' }>): void {
    const { item } = event;
    const current = item.id === this.workflowItem?.id;
    if (!current && item.type !== 'client_tool_call' && item.type !== 'hidden_context_item') this.endWorkflow();
    if (item.type === 'workflow') {
      this.workflowItem = event.type === 'thread.item.added' ? structuredClone(item) : undefined;
    }
    this.producedIds.add(item.id);
    this.outbox.push(event);
  }

  /** Shows a widget; with states, until the last one. */
  async streamWidget(widget: WidgetStates, options: { copyText?: string } = {}): Promise<void> {
    const events = streamWidget(this.thread, widget, { ...options, generateId: () => this.generateId('message') });
    for await (const event of events) this.stream(event);
  }

  /** Shows "the agent is working on …". A custom workflow without tasks appears with its first task. */
  startWorkflow(input: z.input<typeof workflowSchema>): void {
    const workflow = workflowSchema.parse(input);
    const item: WorkflowItem = {
      id: this.generateId('workflow'),
      thread_id: this.thread.id,
      created_at: new Date().toISOString(),
      type: 'workflow',
      workflow,
    };
    if (workflow.type === 'reasoning' || workflow.tasks.length > 0) {
      this.stream({ type: 'thread.item.added', item });
    } else {
      this.endWorkflow();
      this.workflowItem = item;
    }
  }

  /** Adds a step to the workflow, starting a custom one if there is none. */
  addWorkflowTask(input: z.input<typeof taskSchema>): void {
    if (!this.workflowItem) this.startWorkflow({ type: 'custom', tasks: [] });
    const item = this.workflowItem!;
    const { tasks, type } = item.workflow;
    const task = taskSchema.parse(input);
    const index = tasks.push(task) - 1;
    if (index === 0 && type !== 'reasoning') {
      this.stream({ type: 'thread.item.added', item });
    } else {
      this.stream({
        type: 'thread.item.updated',
        item_id: item.id,
        update: { type: 'workflow.task.added', task_index: index, task },
      });
    }
  }

  /**
   * Replaces a step of the workflow.
   * @throws when there is no workflow, or no such step.
   */
  updateWorkflowTask(input: z.input<typeof taskSchema>, index: number): void {
    if (!this.workflowItem) throw new UsageError('there is no workflow to update');
    const { id, workflow } = this.workflowItem;
    if (!workflow.tasks[index]) throw new UsageError(`the workflow has no task ${index}`);
    const task = taskSchema.parse(input);
    workflow.tasks[index] = task;
    this.stream({
      type: 'thread.item.updated',
      item_id: id,
      update: { type: 'workflow.task.updated', task_index: index, task },
    });
  }

  /** Ends the workflow, if there is one. The default summary is its duration in seconds. */
  endWorkflow(options: { summary?: WorkflowSummary; expanded?: boolean } = {}): void {
    const item = this.workflowItem;
    if (!item) return;
    item.workflow.summary = options.summary ??
      item.workflow.summary ?? { duration: Math.floor((Date.now() - Date.parse(item.created_at)) / 1000) };
    item.workflow.expanded = options.expanded ?? false;
    this.stream({ type: 'thread.item.done', item });
  }
}
