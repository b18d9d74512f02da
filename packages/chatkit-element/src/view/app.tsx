import { Glyph, Icon } from '@causerie/widgets/icons';
import type { ComponentType, VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { list } from '../options/options.ts';
import { reloadUnreadable } from '../state/opening.ts';
import { submitPrompt } from '../state/sending.ts';
import { useSignal } from '../state/signal.ts';
import { ComposerArea } from './composer/composer.tsx';
import { Failure } from './feedback.tsx';
import { Header } from './header.tsx';
import { preloadPart, useLazyPart } from './lazy-part.ts';
import { Markdown } from './markdown.tsx';
import { type Scope, ScopeContext, useOptions, useScope, useSession, useT } from './session-context.ts';
import { Thread } from './thread.tsx';

export function App({ scope }: { scope: Scope }): VNode | null {
  const options = useSignal(scope.session.options);
  // The page has not said yet how it should look: an empty box of the right size.
  if (!options) return null;
  return (
    <ScopeContext.Provider value={scope}>
      <Chat />
    </ScopeContext.Provider>
  );
}

function Chat(): VNode {
  const session = useSession();
  const options = useOptions();
  const t = useT();
  const direction = useSignal(session.direction);
  const locale = useSignal(session.locale);
  const historyOpen = useSignal(session.historyOpen);
  const entries = useSignal(session.conversation.entries);
  const threadId = useSignal(session.threadId);
  const phase = useSignal(session.phase);
  const printing = useSignal(session.printing);
  const offline = useSignal(session.offline);
  const drop = useDrop();
  const hasHistory = options.history?.enabled !== false;
  useEffect(() => {
    // The part is loaded after the chat itself, but before it is needed: there may be no connection then.
    const timer = hasHistory ? setTimeout(() => preloadPart('history'), 2000) : undefined;
    return () => clearTimeout(timer);
  }, [hasHistory]);
  const fresh = !threadId && !entries.length;
  return (
    <section
      class={printing ? 'chat printing' : 'chat'}
      part="chat"
      dir={direction}
      lang={locale}
      // The element speaks the reader's language already. The Markdown view lets the browser translate whole answers.
      translate={false}
      aria-label={options.frameTitle ?? t('chat.title')}
      {...drop.handlers}
    >
      <div class="main" inert={historyOpen}>
        <Header />
        {phase.name === 'unreadable' ? (
          <div class="load-error" role="alert" part="error">
            <p>{phase.message}</p>
            <div>
              {phase.canRetry && (
                <button type="button" class="primary" onClick={() => reloadUnreadable(session)}>
                  {t('error.retry')}
                </button>
              )}
              <button
                type="button"
                class={phase.canRetry ? 'text-button' : 'primary'}
                onClick={() => void session.openThread(null)}
              >
                {t('chat.new')}
              </button>
            </div>
          </div>
        ) : phase.name === 'loading' && !entries.length ? (
          <Skeleton />
        ) : fresh ? (
          <StartScreen />
        ) : (
          <Thread />
        )}
        <footer class="foot">
          {offline && (
            <p class="offline" role="status">
              {t('chat.offline')}
            </p>
          )}
          {phase.name !== 'unreadable' && <ComposerArea />}
          {options.disclaimer?.text && (
            <div class={options.disclaimer.highContrast ? 'disclaimer high' : 'disclaimer'} part="disclaimer">
              <Markdown text={options.disclaimer.text} done={true} />
            </div>
          )}
        </footer>
      </div>
      {historyOpen && <History />}
      {drop.over && (
        <div class="drop" aria-hidden="true">
          <Glyph name="clip" size={28} />
          {t('composer.drop')}
        </div>
      )}
      <Announcer />
    </section>
  );
}

type HistoryChunk = { History: ComponentType<{ scope: Scope }>; historyStyles: string };

function History(): VNode | null {
  const scope = useScope();
  // The focus is noted before the part is loaded: by then the chat behind is inert, and has lost it.
  useLayoutEffect(() => {
    const before = scope.root.activeElement as HTMLElement | null;
    return () => before?.isConnected && before.focus();
  }, []);
  const part = useLazyPart(
    'history',
    (part: HistoryChunk) => part.historyStyles,
    () => scope.session.showHistory(false),
  );
  return part && <part.History scope={scope} />;
}

/** How long an announcement stays in the page, in ms: screen readers say it at once, and a reader who walks the page must not meet it again. */
const announcedFor = 4000;

/**
 * Has screen readers say what happens; politely, and never token by token. It lies in a closed shadow tree: the words are
 * those of the answer, and a search in the page must not find them twice.
 */
function Announcer(): VNode {
  const text = useSignal(useSession().announcement);
  const host = useRef<HTMLDivElement>(null);
  const region = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    region.current = document.createElement('div');
    region.current.role = 'status';
    region.current.ariaLive = 'polite';
    host.current!.attachShadow({ mode: 'closed' }).append(region.current);
  }, []);
  useEffect(() => {
    region.current!.textContent = text;
    const timer = setTimeout(() => region.current!.replaceChildren(), announcedFor);
    return () => clearTimeout(timer);
  }, [text]);
  return <div class="hidden" ref={host} />;
}

function Skeleton(): VNode {
  const t = useT();
  return (
    <div class="skeleton" role="status" aria-label={t('chat.loading')}>
      <i class="own" />
      <i />
      <i />
      <i class="short" />
    </div>
  );
}

function StartScreen(): VNode {
  const session = useSession();
  const { startScreen } = useOptions();
  const t = useT();
  const prompts = list(startScreen?.prompts);
  return (
    <div class="start" part="start-screen">
      <h2 class="greeting" part="greeting" dir="auto">
        {startScreen?.greeting ?? t('chat.greeting')}
      </h2>
      {prompts.length > 0 && (
        <ul class="prompts">
          {prompts.map((prompt, index) => (
            <li key={`${prompt.label}${index}`}>
              <button type="button" class="prompt" part="prompt" onClick={() => submitPrompt(session, prompt.prompt)}>
                {prompt.icon && <Icon name={prompt.icon} size={18} />}
                <span dir="auto">{prompt.label}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <Failure />
    </div>
  );
}

/** Files dropped anywhere on the chat. */
function useDrop() {
  const session = useSession();
  const options = useOptions();
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const status = useSignal(session.conversation.thread)?.status?.type;
  // A file that is dropped where nothing can be written would be uploaded in vain.
  const closed = useSignal(session.historyOpen) || status === 'locked' || status === 'closed';
  const enabled = options.composer?.attachments?.enabled === true && !closed;
  useEffect(() => {
    if (!enabled) setOver(false);
  }, [enabled]);
  const carriesFiles = (event: DragEvent) => enabled && [...(event.dataTransfer?.types ?? [])].includes('Files');
  const handlers = {
    onDragEnter: (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth.current++;
      setOver(true);
    },
    onDragOver: (event: DragEvent) => {
      if (carriesFiles(event)) event.preventDefault();
    },
    onDragLeave: (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth.current = Math.max(0, depth.current - 1);
      if (!depth.current) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth.current = 0;
      setOver(false);
      session.draft.addFiles([...(event.dataTransfer?.files ?? [])]);
      session.focusRequests.value++;
    },
  };
  return { over, handlers };
}
