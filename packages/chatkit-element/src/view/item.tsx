import { Glyph } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type {
  AssistantMessage,
  GeneratedImage,
  Notice,
  StructuredInput,
  UserMessage,
  WidgetItem,
} from '../protocol.ts';
import type { Entry } from '../state/conversation.ts';
import { resendMessage } from '../state/sending.ts';
import { useSignal } from '../state/signal.ts';
import { AnnotatedText } from './annotations.tsx';
import { EntityTag } from './entity.tsx';
import { plainText } from './export.ts';
import { imageAllowed, Markdown } from './markdown.tsx';
import { safeImage } from './safe-image.ts';
import { Picture, SentFile } from './sent-file.tsx';
import { useSession, useT } from './session-context.ts';
import { CopyButton } from './turn-actions.tsx';
import { WidgetView } from './widget.tsx';
import { TaskView, WorkflowView } from './workflow.tsx';

/** One item of the conversation. An unknown type draws nothing. */
export function ItemView({ entry, last }: { entry: Entry; last: boolean }): VNode | null {
  useSignal(entry.changed);
  const item = entry.item as Entry['item'] | (Notice & { id: string });
  switch (item.type) {
    case 'user_message':
      return <UserView entry={entry} item={item} />;
    case 'assistant_message':
      return <AssistantView item={item} streaming={entry.streaming} />;
    case 'workflow':
      return <WorkflowView item={item} streaming={entry.streaming} />;
    case 'task':
      return item.task ? <TaskView task={item.task} streaming={entry.streaming} alone /> : null;
    case 'generated_image':
      return <ImageView item={item} streaming={entry.streaming} />;
    case 'widget':
      return <WidgetView item={item as WidgetItem} />;
    case 'structured_input':
      return <AnswersView item={item} last={last} />;
    case 'notice':
      return <NoticeView entry={entry} item={item} />;
    default:
      return null;
  }
}

function UserView({ entry, item }: { entry: Entry; item: UserMessage }): VNode {
  const session = useSession();
  const failure = useSignal(session.failure);
  const t = useT();
  const attachments = Array.isArray(item.attachments) ? item.attachments : [];
  const content = Array.isArray(item.content) ? item.content : [];
  return (
    <article class={`user ${entry.origin}`} part="user-message">
      <h3 class="hidden">{t('chat.you.said')}</h3>
      {item.quoted_text && (
        <blockquote class="quoted" dir="auto" part="quote">
          <span class="hidden">{t('message.quote')}</span>
          {item.quoted_text}
        </blockquote>
      )}
      {attachments.length > 0 && (
        <ul class="attachments">
          {attachments.map((file) => (
            <li key={file.id} class="attachment" part="attachment">
              <SentFile file={file} />
            </li>
          ))}
        </ul>
      )}
      {content.length > 0 && (
        <div class="bubble" dir="auto" part="user-bubble">
          {content.map((part, index) =>
            part.type === 'input_tag' ? <EntityTag key={index} tag={part} /> : <span key={index}>{part.text}</span>,
          )}
        </div>
      )}
      <div class="user-actions">
        {entry.origin === 'failed' && (
          <span class="not-sent">
            {t('message.failed')}
            {/* The failure below offers that already. */}
            {failure?.about !== entry && (
              <>
                {' '}
                <button type="button" class="link-button" onClick={() => resendMessage(session, entry)}>
                  {t('error.retry')}
                </button>
              </>
            )}
          </span>
        )}
        <CopyButton text={() => plainText(content)} />
      </div>
    </article>
  );
}

function AssistantView({ item, streaming }: { item: AssistantMessage; streaming: boolean }): VNode {
  const t = useT();
  return (
    <article class="assistant" part="assistant-message" data-testid="chat-message-assistant" aria-busy={streaming}>
      <h3 class="hidden">{t('chat.assistant.said')}</h3>
      {item.content.map((part, index) => (
        <AnnotatedText key={index} part={part} count={part.annotations?.length ?? 0} streaming={streaming} />
      ))}
    </article>
  );
}

function ImageView({ item, streaming }: { item: GeneratedImage; streaming: boolean }): VNode | null {
  const session = useSession();
  const t = useT();
  const [broken, setBroken] = useState(false);
  const url = item.image?.url;
  if (!url && !streaming) return null;
  const allowed = url !== undefined && (safeImage(url) || imageAllowed(session, url));
  return (
    <figure class={streaming ? 'image making' : 'image'} part="image">
      {url && allowed && !broken ? (
        <Picture src={url} alt={t('image.alt')} onError={() => setBroken(true)} />
      ) : url ? (
        <p class="muted">{t('image.blocked', { url: url.slice(0, 120) })}</p>
      ) : (
        <div class="image-place" />
      )}
      {streaming && (
        <figcaption>
          <span class="shimmer">{t('image.making')}</span>
          <progress max={1} value={item.progress ?? undefined} aria-label={t('image.making')} />
        </figcaption>
      )}
    </figure>
  );
}

function AnswersView({ item, last }: { item: StructuredInput; last: boolean }): VNode | null {
  const t = useT();
  const inputs = Array.isArray(item.inputs) ? item.inputs : [];
  if (item.status === 'pending') return last ? <p class="muted">{t('ask.waiting')}</p> : null;
  return (
    <dl class="answers" part="answers">
      {inputs.map((input) => {
        const values = input.answer?.values ?? [];
        return (
          <div key={input.id}>
            <dt dir="auto">{input.question}</dt>
            <dd dir="auto">
              {input.answer?.skipped || !values.length ? <i>{t('ask.skipped')}</i> : values.join(', ')}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function NoticeView({ entry, item }: { entry: Entry; item: Notice }): VNode {
  const session = useSession();
  const t = useT();
  const level = ['info', 'warning', 'danger'].includes(item.level) ? item.level : 'info';
  return (
    <div class={`notice ${level}`} role={level === 'danger' ? 'alert' : 'status'} part="notice">
      <Glyph name={level === 'info' ? 'info' : 'alert'} />
      <div class="notice-text">
        {item.title && <strong dir="auto">{item.title}</strong>}
        <Markdown text={String(item.message ?? '')} done={true} />
      </div>
      <button
        type="button"
        class="icon-button small"
        aria-label={t('notice.dismiss')}
        title={t('notice.dismiss')}
        onClick={() => session.conversation.dismiss(entry.item.id)}
      >
        <Glyph name="close" size={16} />
      </button>
    </div>
  );
}
