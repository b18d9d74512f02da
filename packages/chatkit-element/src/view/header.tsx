import { MenuButton } from '@causerie/widgets/controls';
import { Glyph, Icon } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import type { ElementOptions } from '../options/options.ts';
import { useSignal } from '../state/signal.ts';
import { downloadMarkdown } from './export.ts';
import { useOptions, useSession, useT } from './session-context.ts';

type Actions = NonNullable<ElementOptions['header']>['leftAction'];

export function Header(): VNode | null {
  const session = useSession();
  const options = useOptions();
  const t = useT();
  const thread = useSignal(session.conversation.thread);
  const threadId = useSignal(session.threadId);
  const entries = useSignal(session.conversation.entries);
  const { header, history } = options;
  if (header?.enabled === false) return null;
  const title = header?.title?.text ?? thread?.title ?? (threadId ? t('chat.untitled') : '');
  const used = entries.length > 0;
  return (
    <header class="header" part="header">
      <div class="header-side">
        <HeaderActions actions={header?.leftAction} />
        {history?.enabled !== false && (
          <button
            type="button"
            class="icon-button"
            part="history-button"
            aria-label={t('history.open')}
            title={t('history.open')}
            onClick={() => session.showHistory(true)}
          >
            <Glyph name="history" />
          </button>
        )}
      </div>
      {title && header?.title?.enabled !== false ? (
        <h2 class="header-title" part="title" dir="auto">
          {title}
        </h2>
      ) : (
        <div class="header-title" />
      )}
      <div class="header-side end">
        {used && header?.menu?.enabled !== false && (
          <MenuButton
            label={t('chat.menu')}
            align="end"
            button={<Glyph name="more" />}
            items={[
              {
                id: 'export',
                label: t('chat.export'),
                icon: <Glyph name="file" />,
                onSelect: () => downloadMarkdown(session),
              },
              { id: 'print', label: t('chat.print'), icon: <Glyph name="print" />, onSelect: () => session.print() },
            ]}
          />
        )}
        {(threadId || used) && (
          <button
            type="button"
            class="icon-button"
            part="new-button"
            aria-label={t('chat.new')}
            title={t('chat.new')}
            onClick={() => startNew(session)}
          >
            <Glyph name="compose" />
          </button>
        )}
        <HeaderActions actions={header?.rightAction} />
      </div>
    </header>
  );
}

function startNew(session: ReturnType<typeof useSession>): void {
  void session.openThread(null);
  session.focusRequests.value++;
}

function HeaderActions({ actions }: { actions: Actions }): VNode | null {
  const session = useSession();
  if (!actions) return null;
  const all = Array.isArray(actions) ? actions : [actions];
  return (
    <>
      {all.map((action, index) => (
        <button
          type="button"
          key={`${action.icon}${index}`}
          class="icon-button"
          part="header-action"
          aria-label={action.label ?? String(action.icon).replace(/-/g, ' ')}
          title={action.label}
          onClick={() => {
            try {
              action.onClick?.();
            } catch (error) {
              session.report(error);
            }
          }}
        >
          <Icon name={action.icon} size={18} />
        </button>
      ))}
    </>
  );
}
