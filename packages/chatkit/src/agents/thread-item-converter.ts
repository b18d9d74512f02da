import type { AgentInputItem, UserMessageItem as AgentUserMessage } from '@openai/agents';
import type { Attachment } from '../protocol/attachments.ts';
import { UsageError } from '../protocol/errors.ts';
import type {
  AssistantMessageItem,
  ClientToolCallItem,
  EndOfTurnItem,
  GeneratedImageItem,
  HiddenContextItem,
  SdkHiddenContextItem,
  StructuredInputItem,
  TaskItem,
  ThreadItem,
  UserMessageItem,
  WidgetItem,
  WorkflowItem,
} from '../protocol/items.ts';
import type { InputTag } from '../protocol/user-input.ts';
import type { Task } from '../protocol/workflows.ts';

/** One part of a user message, as the agents SDK takes it. */
export type AgentInputContent = Exclude<AgentUserMessage['content'], string>[number];

/** Nothing, one or several items for the model. */
export type AgentInput = AgentInputItem | AgentInputItem[] | null;
type Result<Value> = Value | Promise<Value>;

const userMessage = (...content: AgentInputContent[]): AgentInputItem => ({ type: 'message', role: 'user', content });
const userText = (text: string): AgentInputItem => userMessage({ type: 'input_text', text });

// The header above the explanations of the mentions. It keeps the model from writing "@Name" back to the person.
const tagHeader = [
  '# What the user mentioned with @',
  'The parts below describe the things that the message mentions as @name.',
  '- Call a thing by its own name, without the "@".',
  '- Do not repeat the @-form in the answer.',
].join('\n');

/**
 * Converts a thread to the input of an agent. Override a method to word an item in your own way; `null` leaves it out.
 * Attachments, mentions and hidden context that is not text mean something only to the application, so their methods
 * throw until it overrides them.
 */
export class ThreadItemConverter {
  /** Converts items, oldest first. */
  async toAgentInput(items: ThreadItem | readonly ThreadItem[]): Promise<AgentInputItem[]> {
    const list: readonly ThreadItem[] = Array.isArray(items) ? items : [items];
    const input: AgentInputItem[] = [];
    for (const item of list) {
      const converted = await this.#convert(item, item === list.at(-1));
      if (Array.isArray(converted)) input.push(...converted);
      else if (converted) input.push(converted);
    }
    return input;
  }

  /** The content of an attachment, for instance an `input_image` with a data URL. */
  attachmentToMessageContent(attachment: Attachment, _message: UserMessageItem): Result<AgentInputContent> {
    throw new UsageError(`override attachmentToMessageContent() to send attachments (${attachment.id}) to the model`);
  }

  /** What a mention stands for. */
  tagToMessageContent(tag: InputTag, _message: UserMessageItem): Result<AgentInputContent> {
    throw new UsageError(`override tagToMessageContent() to send mentions (@${tag.text}) to the model`);
  }

  /** @param isLast whether it is the last item: only then does its quote still show what the user points at. */
  async userMessageToInput(item: UserMessageItem, isLast: boolean): Promise<AgentInput> {
    const tags = new Map<string, InputTag>();
    let text = '';
    for (const part of item.content) {
      if (part.type === 'input_text') {
        text += part.text;
      } else {
        text += `@${part.text}`;
        if (!tags.has(part.text)) tags.set(part.text, part);
      }
    }
    const content: AgentInputContent[] = [{ type: 'input_text', text }];
    for (const attachment of item.attachments) content.push(await this.attachmentToMessageContent(attachment, item));
    const input = [userMessage(...content)];
    if (item.quoted_text && isLast) {
      input.push(userText(`The user is referring to this in particular: \n${item.quoted_text}`));
    }
    if (tags.size > 0) {
      const parts: AgentInputContent[] = [{ type: 'input_text', text: tagHeader }];
      for (const tag of tags.values()) parts.push(await this.tagToMessageContent(tag, item));
      input.push(userMessage(...parts));
    }
    return input;
  }

  assistantMessageToInput(item: AssistantMessageItem): Result<AgentInput> {
    if (item.content.length === 0) return null;
    return {
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: item.content.map(({ text }) => ({ type: 'output_text', text })),
    };
  }

  /** Leaves out a call without an output: a model server refuses it. */
  clientToolCallToInput(item: ClientToolCallItem): Result<AgentInput> {
    if (item.status === 'pending') return null;
    const call = { callId: item.call_id, name: item.name, status: 'completed' } as const;
    return [
      { type: 'function_call', ...call, arguments: JSON.stringify(item.arguments) },
      { type: 'function_call_result', ...call, output: JSON.stringify(item.output ?? null) },
    ];
  }

  widgetToInput(item: WidgetItem): Result<AgentInput> {
    return userText(
      `The following graphical UI widget (id: ${item.id}) was displayed to the user:${JSON.stringify(item.widget)}`,
    );
  }

  taskToInput(item: TaskItem): Result<AgentInput> {
    return taskMessage(item.task);
  }

  workflowToInput(item: WorkflowItem): Result<AgentInput> {
    return item.workflow.tasks.map(taskMessage).filter((message) => message !== null);
  }

  hiddenContextToInput(item: HiddenContextItem): Result<AgentInput> {
    if (typeof item.content !== 'string') {
      throw new UsageError('override hiddenContextToInput() to send hidden context that is not text to the model');
    }
    return hiddenContext(item.content);
  }

  sdkHiddenContextToInput(item: SdkHiddenContextItem): Result<AgentInput> {
    return hiddenContext(item.content);
  }

  generatedImageToInput(item: GeneratedImageItem): Result<AgentInput> {
    if (!item.image) return null;
    return userMessage(
      { type: 'input_text', text: 'The following image was generated by the agent.' },
      { type: 'input_image', image: item.image.url, detail: 'auto' },
    );
  }

  structuredInputToInput(item: StructuredInputItem): Result<AgentInput> {
    const lines = item.inputs.map(({ question, answer }) => {
      const answered = answer === undefined ? 'unanswered' : answer.skipped ? 'skipped' : answer.values.join(', ');
      return `- ${question}: ${answered}`;
    });
    return userText(
      [
        `A structured input request was displayed to the user with the following status: ${item.status}`,
        '<StructuredInput>',
        ...lines,
        '</StructuredInput>',
      ].join('\n'),
    );
  }

  endOfTurnToInput(_item: EndOfTurnItem): Result<AgentInput> {
    return null;
  }

  #convert(item: ThreadItem, isLast: boolean): Result<AgentInput> {
    switch (item.type) {
      case 'user_message':
        return this.userMessageToInput(item, isLast);
      case 'assistant_message':
        return this.assistantMessageToInput(item);
      case 'client_tool_call':
        return this.clientToolCallToInput(item);
      case 'widget':
        return this.widgetToInput(item);
      case 'task':
        return this.taskToInput(item);
      case 'workflow':
        return this.workflowToInput(item);
      case 'hidden_context_item':
        return this.hiddenContextToInput(item);
      case 'sdk_hidden_context':
        return this.sdkHiddenContextToInput(item);
      case 'generated_image':
        return this.generatedImageToInput(item);
      case 'structured_input':
        return this.structuredInputToInput(item);
      case 'end_of_turn':
        return this.endOfTurnToInput(item);
    }
  }
}

function hiddenContext(content: string): AgentInputItem {
  return userText(
    `Hidden context for the agent (not shown to the user):\n<HiddenContext>\n${content}\n</HiddenContext>`,
  );
}

/** Only a custom task describes its work in words; the other types come from the model's own acts. */
function taskMessage(task: Task): AgentInputItem | null {
  if (task.type !== 'custom') return null;
  const text = [task.title, task.content].filter(Boolean).join(': ');
  if (!text) return null;
  return userText(
    `A message was displayed to the user that the following task was performed:\n<Task>\n${text}\n</Task>`,
  );
}

/** Converts a thread's items with the default {@link ThreadItemConverter}. */
export function simpleToAgentInput(items: ThreadItem | readonly ThreadItem[]): Promise<AgentInputItem[]> {
  return new ThreadItemConverter().toAgentInput(items);
}
