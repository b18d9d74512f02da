import type { StreamEvent, ThreadItem } from '@causerie/chatkit';

/** What came of one streamed ChatKit request. */
export type Answer = {
  events: StreamEvent[];
  thread: string;
  /** The text of the assistant's messages as they ended, and as their deltas added up. */
  answer: string;
  streamed: string;
  thoughts: string[];
  error: Extract<StreamEvent, { type: 'error' }> | undefined;
  notices: string[];
  calls: Extract<ThreadItem, { type: 'client_tool_call' }>[];
};

/** Reads the events of a stream; `thread` is the thread that was asked in, where there was one. */
export function readAnswer(events: StreamEvent[], thread?: string): Answer {
  const done = events.flatMap((event) => (event.type === 'thread.item.done' ? [event.item] : []));
  const created = events.find((event) => event.type === 'thread.created');
  return {
    events,
    thread: created?.thread.id ?? thread!,
    answer: done
      .flatMap((item) => (item.type === 'assistant_message' ? item.content.map((part) => part.text) : []))
      .join('|'),
    streamed: events
      .map((event) =>
        event.type === 'thread.item.updated' && event.update.type === 'assistant_message.content_part.text_delta'
          ? event.update.delta
          : '',
      )
      .join(''),
    thoughts: done.flatMap((item) =>
      item.type === 'workflow'
        ? item.workflow.tasks.flatMap((task) => (task.type === 'thought' ? [task.content] : []))
        : [],
    ),
    error: events.find((event) => event.type === 'error'),
    notices: events.flatMap((event) => (event.type === 'notice' ? [event.message] : [])),
    calls: done.filter((item) => item.type === 'client_tool_call'),
  };
}
