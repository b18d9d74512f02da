import type { ChatKitOptions } from '@openai/chatkit';
import { ChatKit, useChatKit } from '@openai/chatkit-react';
import { useQuery } from '@tanstack/react-query';
import { use, useCallback, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import type { Language } from '../../i18n/languages.ts';
import { loadRuntimeConfig } from '../../runtime-config.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useScheme } from '../../ui/theme.ts';
import { configQuery } from '../session/config.ts';
import { chatApi, uploadStrategyOf } from './chat-api.ts';
import { createClientTools } from './client-tools.ts';
import { useDraft } from './use-draft.ts';
import { useElementState } from './use-element-state.ts';
import { useThreadAddress } from './use-thread-address.ts';

const onClientTool = createClientTools(client);
const megabyte = 1024 * 1024;

/** Whether the page may focus the composer: no other control has the focus, and it would not open an on-screen keyboard. */
function mayTakeFocus(): boolean {
  const { activeElement } = document;
  const begun = activeElement !== null && activeElement !== document.body && activeElement.tagName !== 'A';
  return !begun && !matchMedia('(pointer: coarse)').matches;
}

/** `/`: the conversation, in the official React package on our own element. */
export function ChatPage() {
  const { t, i18n } = useTranslation();
  const config = use(loadRuntimeConfig());
  const scheme = useScheme();
  const state = useElementState();
  const texts = useQuery(configQuery(i18n.language));
  const setThread = useRef<(thread: string | null) => Promise<void> | undefined>(undefined);
  const address = useThreadAddress(useCallback((thread) => setThread.current?.(thread), []));
  const api = useMemo(() => chatApi(config, client), [config]);

  const prompts = texts.data?.prompts as NonNullable<ChatKitOptions['startScreen']>['prompts'];
  // The element keeps its first callbacks; the draft is created later.
  const drafts = useRef<ReturnType<typeof useDraft>>(undefined);
  const answering = useRef(false);
  const { control, setThreadId, focusComposer, ...chat } = useChatKit({
    api,
    initialThread: address.initialThread,
    locale: i18n.language as Language,
    frameTitle: t('chat.region'),
    theme: {
      colorScheme: scheme,
      radius: 'round',
      color: { surface: { background: 'var(--paper)', foreground: 'var(--sheet)' } },
      typography: { baseSize: 16, fontFamily: 'var(--font-text)', fontFamilyMono: 'var(--font-code)' },
    },
    header: { enabled: true },
    history: { enabled: true, showDelete: true, showRename: true },
    startScreen: {
      greeting: texts.data?.greeting ?? t('chat.greeting'),
      prompts: prompts ?? [
        { label: t('chat.promptWeather'), prompt: t('chat.promptWeatherText'), icon: 'globe' },
        { label: t('chat.promptAbout'), prompt: t('chat.promptAboutText'), icon: 'circle-question' },
        { label: t('chat.promptModel'), prompt: t('chat.promptModelText'), icon: 'sparkle' },
      ],
    },
    // Known only for our own server, like dictation.
    ...(texts.data?.disclaimer && config.VITE_CHATKIT_API_URL === undefined
      ? { disclaimer: { text: texts.data.disclaimer } }
      : {}),
    threadItemActions: { feedback: true, retry: true },
    thread: { autoScroll: true },
    composer: {
      placeholder: t('chat.placeholder'),
      // Known only for our own server.
      dictation: { enabled: texts.data?.dictation === true && config.VITE_CHATKIT_API_URL === undefined },
      ...(uploadStrategyOf(config) === undefined
        ? {}
        : {
            attachments: {
              enabled: true,
              maxSize: Number(config.ATTACHMENT_MAX_BYTES ?? 10 * megabyte),
              maxCount: Number(config.ATTACHMENT_MAX_COUNT ?? 4),
              accept: {
                'image/png': ['.png'],
                'image/jpeg': ['.jpg', '.jpeg'],
                'image/webp': ['.webp'],
                'image/gif': ['.gif'],
                'application/pdf': ['.pdf'],
                'text/plain': ['.txt', '.log'],
                'text/markdown': ['.md', '.markdown'],
                'text/csv': ['.csv'],
                'application/json': ['.json'],
              },
            },
          }),
    },
    onClientTool,
    onThreadChange: ({ threadId }) => {
      drafts.current?.turned(threadId, answering.current && address.shown() === null);
      address.onThreadChange({ threadId });
    },
    onThreadLoadEnd: address.onThreadLoadEnd,
    onResponseStart: () => {
      answering.current = true;
      drafts.current?.changed();
    },
    onResponseEnd: () => {
      answering.current = false;
      address.onResponseEnd();
    },
  });
  setThread.current = setThreadId;
  drafts.current = useDraft(chat, { thread: address.initialThread, ready: state === 'ready' });
  useEffect(() => {
    if (state === 'ready' && mayTakeFocus()) void focusComposer();
  }, [state, focusComposer]);

  return (
    <section aria-label={t('chat.region')} className="relative h-full">
      <title>{`${t('chat.title')} · ${t('app.name')}`}</title>
      <h1 className="sr-only">{t('chat.title')}</h1>
      {state === 'missing' && (
        <div className="mx-auto grid max-w-120 gap-4 px-4 py-16">
          <Notice kind="error">{t('chat.missing')}</Notice>
          <div>
            <Button onClick={() => location.reload()}>{t('chat.reload')}</Button>
          </div>
        </div>
      )}
      {state === 'loading' && (
        <div className="mx-auto grid h-full max-w-180 content-end gap-4 p-4">
          <Skeleton label={t('chat.loading')} className="h-6 w-2/3" />
          <Skeleton className="h-6 w-1/2" />
          <Skeleton className="h-14" />
        </div>
      )}
      <ChatKit
        control={control}
        onInput={() => drafts.current?.changed()}
        className={state === 'ready' ? 'block h-full w-full' : 'hidden'}
      />
    </section>
  );
}
