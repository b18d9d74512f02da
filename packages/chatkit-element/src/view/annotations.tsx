import { Glyph, Icon, isIcon } from '@causerie/widgets/icons';
import type { Entity } from '@openai/chatkit';
import { render, type VNode } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import type { Annotation, ContentPart, Source } from '../protocol.ts';
import { type About, EntityButton, leadsSomewhere } from './entity.tsx';
import { Markdown } from './markdown.tsx';
import { type Scope, ScopeContext, useScope, useSession, useT } from './session-context.ts';

type Mark = { index: number; render: () => HTMLElement };

/** A part of an answer: its text, numbered markers where it cites, and the sources below it. */
export function AnnotatedText({
  part,
  count,
  streaming,
}: {
  part: ContentPart;
  count: number;
  streaming: boolean;
}): VNode {
  const scope = useScope();
  const t = useT();
  const made = useRef(new Map<string, Mark>());
  const annotations = part.annotations ?? [];
  const sources = useMemo(() => sourcesOf(annotations), [part.annotations, count]);
  const marks = useMemo(() => {
    const next = annotations.flatMap((annotation) => {
      const at = sources.findIndex((source) => identity(source) === identity(annotation.source));
      if (at < 0 || !annotation.source) return [];
      const index = typeof annotation.index === 'number' ? annotation.index : part.text.length;
      const key = `${index} ${at}`;
      let mark = made.current.get(key);
      if (!mark) {
        mark = { index, render: () => marker(scope, sources[at]!, at + 1) };
        made.current.set(key, mark);
      }
      return [mark];
    });
    return [...new Set(next)];
  }, [sources]);
  return (
    <>
      <Markdown class="answer" text={part.text ?? ''} done={!streaming} marks={marks} />
      {sources.length > 0 && !streaming && (
        <details class="sources" part="sources">
          <summary>
            <Glyph name="next" size={14} />
            {t('message.sources', { n: sources.length })}
          </summary>
          <ol>
            {sources.map((source, index) => (
              <li key={identity(source)}>
                <SourceLine source={source} number={index + 1} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

export function SourceLine({ source, number }: { source: Source; number?: number }): VNode {
  const session = useSession();
  const title = titleOf(source);
  const from =
    source.type === 'url'
      ? (source.attribution ?? hostOf(source.url))
      : source.type === 'file'
        ? source.filename
        : source.group;
  const body = (
    <>
      {number !== undefined && <span class="source-number">{number}</span>}
      {source.type === 'entity' && source.icon && <Icon name={source.icon} size={14} />}
      <span class="source-title" dir="auto">
        {title}
      </span>
      {from && from !== title && <span class="source-from">{from}</span>}
    </>
  );
  const href = source.type === 'url' ? safeLink(source.url) : undefined;
  if (href) {
    return (
      <a class="source" href={href} target="_blank" rel="noopener noreferrer" title={source.description}>
        {body}
      </a>
    );
  }
  if (source.type === 'entity' && leadsSomewhere(session, source)) {
    return (
      <EntityButton entity={entityOf(source)} class="source" about={aboutOf(source)}>
        {body}
      </EntityButton>
    );
  }
  return <span class="source">{body}</span>;
}

/** Each source once, in the order in which the text cites it. */
function sourcesOf(annotations: readonly Annotation[]): Source[] {
  const seen = new Map<string, Source>();
  for (const { source } of annotations)
    if (source?.type) seen.has(identity(source)) || seen.set(identity(source), source);
  return [...seen.values()];
}

function identity(source: Source | undefined): string {
  if (!source) return '';
  return `${source.type} ${source.id ?? source.url ?? source.filename ?? source.title ?? ''}`;
}

function titleOf(source: Source): string {
  return source.title || source.label || source.filename || hostOf(source.url) || source.id || '';
}

function hostOf(url: string | undefined): string | undefined {
  try {
    return url ? new URL(url).hostname.replace(/^www\./, '') : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the address if it is one of the web; no `javascript:` may become a link. */
export function safeLink(url: string | undefined): string | undefined {
  try {
    const address = new URL(String(url), document.baseURI);
    return address.protocol === 'https:' || address.protocol === 'http:' ? address.href : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the entity that a source stands for, as the page's callbacks get it. */
function entityOf(source: Source): Entity {
  return {
    id: source.id ?? '',
    title: titleOf(source),
    ...(source.interactive && { interactive: true }),
    ...(source.data && { data: source.data as Record<string, string> }),
    ...(source.icon && { icon: source.icon }),
    ...(source.group && { group: source.group }),
  };
}

function aboutOf(source: Source): About {
  const { label: kind, icon, description } = source;
  return {
    title: titleOf(source),
    ...(kind && { kind }),
    ...(icon && { icon }),
    ...(description && { description }),
  };
}

/** The small mark in the text. Markdown is drawn without Preact, and so is a plain number. */
function marker(scope: Scope, source: Source, number: number): HTMLElement {
  const label = scope.session.t.value('message.source', { n: number, title: titleOf(source) });
  if (source.type === 'entity') {
    const place = document.createElement('span');
    const mark = <EntityMark source={source} number={number} label={label} />;
    render(<ScopeContext.Provider value={scope}>{mark}</ScopeContext.Provider>, place);
    return place;
  }
  const href = source.type === 'url' ? safeLink(source.url) : undefined;
  const element = document.createElement(href ? 'a' : 'span');
  element.className = 'cite';
  element.textContent = String(number);
  element.title = titleOf(source);
  if (href) {
    element.setAttribute('href', href);
    element.setAttribute('target', '_blank');
    element.setAttribute('rel', 'noopener noreferrer');
    element.setAttribute('aria-label', label);
  }
  return element;
}

/** What stands for an entity in the text: its inline label, else its icon, else its number. */
function EntityMark({ source, number, label }: { source: Source; number: number; label: string }): VNode {
  const icon = isIcon(source.icon);
  return (
    <EntityButton entity={entityOf(source)} class="cite entity" label={label} about={aboutOf(source)}>
      {icon && <Icon name={source.icon!} />}
      {(source.inline_label || !icon) && <span>{source.inline_label || number}</span>}
    </EntityButton>
  );
}
