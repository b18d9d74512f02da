import { expect, it } from 'vitest';
import { UsageError } from '../protocol/errors.ts';
import type { StreamEvent } from '../protocol/events.ts';
import { collect, newContext, outline, runOf } from './agents.fixture.ts';

const said = async (act: (context: ReturnType<typeof newContext>) => void | Promise<void>): Promise<StreamEvent[]> => {
  const context = newContext();
  await act(context);
  return collect(context, runOf([]));
};

it('shows a custom workflow with its first task, and each task of equal words at its own index', async () => {
  const events = await said((context) => {
    context.startWorkflow({ type: 'custom', tasks: [] });
    context.addWorkflowTask({ type: 'custom', title: 'look' });
    context.addWorkflowTask({ type: 'custom', title: 'look' });
    context.updateWorkflowTask({ type: 'custom', title: 'looked', status_indicator: 'complete' }, 1);
    context.endWorkflow({ summary: { title: 'Done' }, expanded: true });
    context.endWorkflow();
  });
  const look = JSON.stringify({ status_indicator: 'none', type: 'custom', title: 'look' });
  const looked = JSON.stringify({ status_indicator: 'complete', type: 'custom', title: 'looked' });
  expect(outline(events)).toEqual([
    'added workflow workflow_1',
    `workflow_1 task.added 1 ${look}`,
    `workflow_1 task.updated 1 ${looked}`,
    'done workflow workflow_1',
  ]);
  expect(events[0], 'a snapshot of that moment').toMatchObject({ item: { workflow: { tasks: [{ title: 'look' }] } } });
  expect((events[0] as { item: { workflow: { tasks: unknown[] } } }).item.workflow.tasks).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ item: { workflow: { summary: { title: 'Done' }, expanded: true } } });
});

it('starts a workflow for a task without one, and ends it before the next visible item, keeping its own summary', async () => {
  const events = await said(async (context) => {
    context.addWorkflowTask({ type: 'custom', title: 'a' });
    context.workflowItem!.workflow.summary = { title: 'Mine' };
    context.stream({
      type: 'thread.item.done',
      item: { id: 'h', thread_id: 'thr_1', created_at: '', type: 'hidden_context_item', content: 'x' },
    });
    context.stream({ type: 'progress_update', text: 'on it' });
    await context.streamWidget({ type: 'Card', children: [] }, { copyText: 'c' });
  });
  expect(outline(events)).toEqual([
    'added workflow workflow_1',
    'done hidden_context_item h',
    'progress_update',
    'done workflow workflow_1',
    'done widget message_2',
  ]);
  expect(events[3]).toMatchObject({ item: { workflow: { summary: { title: 'Mine' }, expanded: false } } });
});

it('keeps an unfinished workflow for the next turn, and refuses updates that fit nothing', async () => {
  const context = newContext();
  expect(() => context.updateWorkflowTask({ type: 'custom' }, 0)).toThrow('no workflow');
  context.addWorkflowTask({ type: 'custom', title: 'a' });
  expect(() => context.updateWorkflowTask({ type: 'custom' }, 1)).toThrow(UsageError);
  await collect(context, runOf([]));
  const stored = await context.store.loadItem('thr_1', 'workflow_1', {});
  expect(stored).toMatchObject({ type: 'workflow', workflow: { tasks: [{ title: 'a' }] } });
});
