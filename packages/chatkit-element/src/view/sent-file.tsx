import { Glyph } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { WireAttachment } from '../protocol.ts';
import { safeImage } from './safe-image.ts';
import { useSession, useT } from './session-context.ts';

/** A file of a message. A press enlarges an image, and opens another file where the server gives files back. */
export function SentFile({ file }: { file: WireAttachment }): VNode {
  const session = useSession();
  const t = useT();
  const [failed, setFailed] = useState(false);
  if (file.preview_url && safeImage(file.preview_url))
    return <Picture src={file.preview_url} alt={file.name} original={() => session.api.fileUrl(file.id)} />;
  const open = () => {
    setFailed(false);
    session.api.fileUrl(file.id).then(
      (url) => {
        if (url) Object.assign(document.createElement('a'), { href: url, download: file.name }).click();
      },
      (error) => {
        setFailed(true);
        session.report(error);
      },
    );
  };
  const content = (
    <>
      <Glyph name="file" />
      <span dir="auto">{file.name}</span>
    </>
  );
  if (!session.api.canResume) return <span class="file-name">{content}</span>;
  return (
    <>
      <button type="button" class="file-name" title={file.name} onClick={open}>
        {content}
      </button>
      {failed && (
        <span class="not-sent" role="alert">
          {t('error.server')}
        </span>
      )}
    </>
  );
}

/** An image that a press enlarges. Then `original` is asked for, and shown instead if there is one. */
export function Picture(props: {
  src: string;
  alt: string;
  onError?(): void;
  original?(): Promise<string | null>;
}): VNode {
  const { src, alt, onError, original } = props;
  const t = useT();
  const [large, setLarge] = useState<string | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (!dialog.current) return;
    dialog.current.showModal();
    let wanted = true;
    original?.().then(
      (url) => wanted && url && setLarge(url),
      () => {}, // The small one is there.
    );
    return () => {
      wanted = false;
    };
  }, [large === null]);
  return (
    <>
      <button type="button" class="picture" title={alt} onClick={() => setLarge(src)}>
        <img src={src} alt={alt} loading="lazy" onError={onError} />
      </button>
      {large !== null && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: a dialog closes by Escape, and its button is there for the keyboard.
        <dialog
          ref={dialog}
          class="enlarged"
          part="enlarged-image"
          aria-label={alt}
          onClose={() => setLarge(null)}
          onClick={() => dialog.current?.close()}
        >
          <img src={large} alt={alt} onError={() => setLarge(src)} />
          <button type="button" class="icon-button" aria-label={t('notice.dismiss')} title={t('notice.dismiss')}>
            <Glyph name="close" />
          </button>
        </dialog>
      )}
    </>
  );
}
