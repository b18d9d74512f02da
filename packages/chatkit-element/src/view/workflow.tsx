import { Glyph, type GlyphName, Icon } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Task, WorkflowItem } from '../protocol.ts';
import { SourceLine } from './annotations.tsx';
import { Markdown } from './markdown.tsx';
import { useT } from './session-context.ts';

/** What the assistant thought or did, folded to one line. While it runs, that line says what is happening now. */
export function WorkflowView({ item, streaming }: { item: WorkflowItem; streaming: boolean }): VNode | null {
  const t = useT();
  const { workflow } = item;
  const { tasks, summary } = workflow;
  const [open, setOpen] = useState<boolean | null>(null);
  const reasoning = workflow.type === 'reasoning';
  // The reader's choice lasts; until there is one, the server's holds.
  const shown = open ?? (streaming ? !reasoning || workflow.expanded === true : workflow.expanded === true);
  if (!tasks.length && !summary && !streaming) return null;
  const now = tasks.at(-1)?.title;
  const seconds = Math.round(Number(summary?.duration));
  const title = summary?.title
    ? summary.title
    : Number.isFinite(seconds) && !streaming
      ? t(reasoning ? 'work.thought' : 'work.worked', { n: Math.max(1, seconds) })
      : streaming
        ? now || t(reasoning ? 'work.thinking' : 'work.working')
        : t('work.steps', { n: tasks.length });
  const foldable = tasks.length > 0;
  return (
    <div class="workflow" part="workflow">
      <button
        type="button"
        class="workflow-title"
        aria-expanded={foldable ? shown : undefined}
        disabled={!foldable}
        onClick={() => setOpen(!shown)}
      >
        {summary?.icon && <Icon name={summary.icon} size={16} />}
        <span class={streaming ? 'shimmer' : ''} dir="auto">
          {title}
        </span>
        {foldable && (
          <span class={shown ? 'chevron open' : 'chevron'}>
            <Glyph name="next" size={14} />
          </span>
        )}
      </button>
      {shown && foldable && (
        <ol class="tasks">
          {tasks.map((task, index) => (
            <li key={index}>
              <TaskView task={task} streaming={streaming && index === tasks.length - 1} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

const glyphs: Record<string, GlyphName> = { web_search: 'globe', thought: 'spark', file: 'file', image: 'image' };

export function TaskView({
  task,
  streaming,
  alone = false,
}: {
  task: Task;
  streaming: boolean;
  alone?: boolean;
}): VNode | null {
  const t = useT();
  if (!task || typeof task !== 'object') return null;
  const loading = task.status_indicator === 'loading' || (streaming && task.status_indicator !== 'complete');
  const title =
    task.title ||
    (task.type === 'web_search'
      ? task.title_query || t('work.searched')
      : task.type === 'file'
        ? t('work.files')
        : task.type === 'image'
          ? t('work.image')
          : '');
  const text = task.type === 'thought' || task.type === 'custom' ? task.content : undefined;
  const queries = Array.isArray(task.queries) ? task.queries : [];
  const sources = (Array.isArray(task.sources) ? task.sources : []).filter((source) => source?.type);
  return (
    <div class={alone ? 'task alone' : 'task'} part="task">
      <span class={loading ? 'task-icon busy' : 'task-icon'}>
        {task.status_indicator === 'complete' ? (
          <Glyph name="check" size={16} />
        ) : task.icon ? (
          <Icon name={task.icon} size={16} />
        ) : glyphs[task.type] ? (
          <Glyph name={glyphs[task.type]!} size={16} />
        ) : (
          <i class="dot" />
        )}
      </span>
      <div class="task-body">
        {title && (
          <div class={loading ? 'task-title shimmer' : 'task-title'} dir="auto">
            {title}
          </div>
        )}
        {queries.length > 0 && (
          <ul class="queries">
            {queries.map((query) => (
              <li key={query} dir="auto">
                <Glyph name="search" size={12} />
                {query}
              </li>
            ))}
          </ul>
        )}
        {text && <Markdown class="task-text" text={text} done={!streaming} headingOffset={4} />}
        {sources.length > 0 && (
          <ul class="task-sources">
            {sources.slice(0, 20).map((source, index) => (
              <li key={index}>
                <SourceLine source={source} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
