import { isOfInputMethod, MenuButton } from '@causerie/widgets/controls';
import { Glyph } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Translate } from '../locales/translate.ts';
import type { Thread } from '../protocol.ts';
import { useSignal } from '../state/signal.ts';
import { useOptions, useScope, useSession, useT } from './session-context.ts';

/** The list of conversations, over the chat: search, open, rename, delete. */
export function HistoryPanel(): VNode {
  const { session, root } = useScope();
  const t = useT();
  const { threadList } = session;
  const threads = useSignal(threadList.threads);
  const state = useSignal(threadList.state);
  const hasMore = useSignal(threadList.hasMore);
  const current = useSignal(session.threadId);
  const [query, setQuery] = useState('');
  const [deleting, setDeleting] = useState<Thread | null>(null);
  const panel = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => panel.current?.querySelector<HTMLElement>('input')?.focus(), []);

  const wanted = query.trim().toLowerCase();
  const answer = useSignal(threadList.found);
  // The server searches in what was said. Until it answers, and where it cannot search, titles are searched here.
  const searched = wanted && answer?.question === wanted ? answer : null;
  const found =
    searched?.threads ??
    (wanted ? threads.filter((thread) => titleOf(thread, t).toLowerCase().includes(wanted)) : threads);
  const looking = wanted && !searched && (session.api.canResume || hasMore);
  useEffect(() => {
    const timer = setTimeout(() => void threadList.search(wanted), wanted ? 200 : 0);
    return () => clearTimeout(timer);
  }, [wanted]);
  // A search goes on through the pages that are not loaded yet, one at a time.
  useEffect(() => {
    if (!wanted || searched || session.api.canResume || !hasMore || found.length >= 20) return;
    const timer = setTimeout(() => void threadList.loadMore(), 250);
    return () => clearTimeout(timer);
  }, [wanted, hasMore, threads]);

  const close = () => session.showHistory(false);
  const open = (id: string) => {
    close();
    void session.openThread(id);
    session.readyToWrite();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the dialog inside are caught on their way up.
    <div
      class="history-layer"
      onKeyDown={(event) => {
        if (isOfInputMethod(event)) return;
        if (event.key === 'Escape') {
          event.stopPropagation();
          if (deleting) {
            setDeleting(null);
            panel.current?.querySelector<HTMLElement>('input')?.focus();
          } else close();
        }
        if (event.key === 'Tab') keepInside(event, panel.current!, root);
      }}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the close button and Escape do the same for the keyboard. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above. */}
      <div class="scrim" onClick={close} />
      <div class="history" part="history" role="dialog" aria-modal="true" aria-label={t('history.title')} ref={panel}>
        <div class="history-head">
          <h2>{t('history.title')}</h2>
          <button
            type="button"
            class="icon-button"
            aria-label={t('history.close')}
            title={t('history.close')}
            onClick={close}
          >
            <Glyph name="close" />
          </button>
        </div>
        <div class="search">
          <Glyph name="search" size={16} />
          <input
            type="search"
            aria-label={t('history.search')}
            placeholder={t('history.search')}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </div>
        <div class="history-list">
          {state === 'loading' && !threads.length && (
            <div class="skeletons" aria-label={t('chat.loading')} role="status">
              {[70, 50, 62, 44, 58].map((width) => (
                <i key={width} ref={(element) => element?.style.setProperty('inline-size', `${width}%`)} />
              ))}
            </div>
          )}
          {state === 'failed' && (
            <p class="empty" role="alert">
              {t('history.failed')}{' '}
              <button type="button" class="link-button" onClick={() => void threadList.load()}>
                {t('error.retry')}
              </button>
            </p>
          )}
          {state === 'ready' && !found.length && !looking && (
            <p class="empty">{wanted ? t('history.nothing', { query: query.trim() }) : t('history.empty')}</p>
          )}
          {groupsOf(found).map(([group, rows]) => (
            <section key={group}>
              <h3>{t(`history.${group}`)}</h3>
              <ul>
                {rows.map((thread) => (
                  <Row
                    key={thread.id}
                    thread={thread}
                    current={thread.id === current}
                    onOpen={() => open(thread.id)}
                    onDelete={() => setDeleting(thread)}
                  />
                ))}
              </ul>
            </section>
          ))}
          {(searched ? searched.after : hasMore) && (
            <button
              type="button"
              class="text-button more"
              onClick={() => void (searched ? threadList.loadMoreFound() : threadList.loadMore())}
            >
              {t('history.more')}
            </button>
          )}
        </div>
        {deleting && (
          <Confirm
            thread={deleting}
            onDone={() => {
              setDeleting(null);
              // The button with the focus is gone; the keyboard stays in the panel.
              panel.current?.querySelector<HTMLElement>('input')?.focus();
            }}
          />
        )}
      </div>
    </div>
  );
}

type RowProps = { thread: Thread; current: boolean; onOpen(): void; onDelete(): void };

function Row({ thread, current, onOpen, onDelete }: RowProps): VNode {
  const session = useSession();
  const { history } = useOptions();
  const t = useT();
  const [renaming, setRenaming] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (renaming) field.current?.select();
  }, [renaming]);
  const title = titleOf(thread, t);
  const save = () => {
    const name = field.current?.value.trim();
    setRenaming(false);
    if (name && name !== thread.title) session.renameThread(thread.id, name).catch((error) => session.report(error));
  };
  if (renaming) {
    return (
      <li class="row renaming">
        <input
          ref={field}
          class="field"
          dir="auto"
          aria-label={t('history.name')}
          defaultValue={thread.title ?? ''}
          onBlur={save}
          onKeyDown={(event) => {
            if (isOfInputMethod(event)) return;
            if (event.key === 'Enter') save();
            if (event.key === 'Escape') {
              event.stopPropagation();
              setRenaming(false);
            }
          }}
        />
      </li>
    );
  }
  const showDelete = history?.showDelete !== false;
  const showRename = history?.showRename !== false;
  return (
    <li class={current ? 'row current' : 'row'}>
      <button
        type="button"
        class="row-open"
        aria-current={current ? 'true' : undefined}
        dir="auto"
        title={title}
        onClick={onOpen}
      >
        {title}
        {thread.match?.text && (
          <small class="row-match" dir="auto">
            {thread.match.text}
          </small>
        )}
      </button>
      {(showDelete || showRename) && (
        <MenuButton
          label={t('history.actions', { title })}
          align="end"
          class="icon-button small"
          button={<Glyph name="more" size={16} />}
          items={[
            ...(showRename
              ? [
                  {
                    id: 'rename',
                    label: t('history.rename'),
                    icon: <Glyph name="pencil" />,
                    onSelect: () => setRenaming(true),
                  },
                ]
              : []),
            ...(showDelete
              ? [
                  {
                    id: 'delete',
                    label: t('history.delete'),
                    icon: <Glyph name="bin" />,
                    danger: true,
                    onSelect: onDelete,
                  },
                ]
              : []),
          ]}
        />
      )}
    </li>
  );
}

/** Asks before a thread is deleted, by its name: that cannot be undone. */
function Confirm({ thread, onDone }: { thread: Thread; onDone(): void }): VNode {
  const session = useSession();
  const t = useT();
  const [failed, setFailed] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.querySelector('button')?.focus(), []);
  const title = titleOf(thread, t);
  return (
    <div class="confirm" role="alertdialog" aria-labelledby="confirm-title" aria-describedby="confirm-text" ref={box}>
      <h3 id="confirm-title" dir="auto">
        {t('history.delete.title', { title })}
      </h3>
      <p id="confirm-text">{failed ? t('error.server') : t('history.delete.text')}</p>
      <div class="confirm-bar">
        <button type="button" class="text-button" onClick={onDone}>
          {t('action.cancel')}
        </button>
        <button
          type="button"
          class="primary danger"
          onClick={() => {
            session.deleteThread(thread.id).then(onDone, (error) => {
              setFailed(true);
              session.report(error);
            });
          }}
        >
          {t('history.delete')}
        </button>
      </div>
    </div>
  );
}

function titleOf(thread: Thread, t: Translate): string {
  return thread.title?.trim() || t('chat.untitled');
}

type Group = 'today' | 'yesterday' | 'week' | 'older';

/** Groups threads by the day of their last message, in the server's order. */
function groupsOf(threads: readonly Thread[]): [Group, Thread[]][] {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const day = 86_400_000;
  const groups: [Group, Thread[]][] = [];
  for (const thread of threads) {
    const time = Date.parse(thread.updated_at ?? thread.created_at ?? '');
    const group: Group =
      time >= midnight ? 'today' : time >= midnight - day ? 'yesterday' : time >= midnight - 7 * day ? 'week' : 'older';
    const last = groups.find(([name]) => name === group);
    if (last) last[1].push(thread);
    else groups.push([group, [thread]]);
  }
  return groups;
}

/** Tab stays in the dialog while it is open. */
function keepInside(event: KeyboardEvent, box: HTMLElement, root: ShadowRoot): void {
  const stops = [...box.querySelectorAll<HTMLElement>('button:not(:disabled), input')].filter(
    (element) => element.tabIndex >= 0,
  );
  const at = stops.indexOf(root.activeElement as HTMLElement);
  const to = event.shiftKey ? (at <= 0 ? stops.length - 1 : -1) : at === stops.length - 1 ? 0 : -1;
  if (to < 0) return;
  event.preventDefault();
  stops[to]?.focus();
}
