import { Glyph } from '@causerie/widgets/icons';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Translate } from '../locales/translate.ts';
import type { DraftFile, FileRefusal } from '../state/message-draft.ts';
import { useSignal } from '../state/signal.ts';
import { safeImage } from './safe-image.ts';
import { useSession, useT } from './session-context.ts';

/** The files of the message being written, and why others were not taken. */
export function Attachments(): VNode | null {
  const session = useSession();
  const t = useT();
  const files = useSignal(session.draft.files);
  const refusals = useSignal(session.draft.refusals);
  const blocked = useSignal(session.draft.blocked);
  if (!files.length && !refusals.length) return null;
  return (
    <div class="drafts">
      {files.length > 0 && (
        <ul class="attachments">
          {files.map((file) => (
            <li key={file.key} class={`attachment draft ${file.state}`} part="attachment">
              <Preview file={file} />
              <span class="file-name">
                <span dir="auto">{file.name}</span>
                {file.state === 'uploading' && <progress aria-label={t('file.uploading', { name: file.name })} />}
              </span>
              {file.state === 'failed' && (
                <button
                  type="button"
                  class="icon-button small"
                  aria-label={t('file.retry', { name: file.name })}
                  title={t('file.retry', { name: file.name })}
                  onClick={() => session.draft.retryFile(file.key)}
                >
                  <Glyph name="retry" size={16} />
                </button>
              )}
              <button
                type="button"
                class="icon-button small"
                aria-label={t('file.remove', { name: file.name })}
                onClick={() => session.draft.removeFile(file.key)}
              >
                <Glyph name="close" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {files
        .filter((file) => file.state === 'failed')
        .map((file) => (
          <p key={file.key} class="refusal" role="alert">
            {blocked && `${t('message.failed')} `}
            {t('file.failed', { name: file.name })} {file.reason && <span dir="auto">{file.reason}</span>}
          </p>
        ))}
      {refusals.map((refusal, index) => (
        <p key={index} class="refusal" role="alert">
          {explain(refusal, t)}
        </p>
      ))}
    </div>
  );
}

function explain({ reason, name, limit }: FileRefusal, t: Translate): string {
  if (reason === 'type') return t('file.type', { name });
  if (reason === 'count') return t('file.count', { n: limit });
  return t('file.size', { name, size: sizeOf(limit) });
}

function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} kB` : `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`;
}

/** A small picture of an image. It is drawn on a canvas: a page's policy may forbid `blob:` images, and the server has no preview yet. */
function Preview({ file }: { file: DraftFile }): VNode {
  // Of a file that the page has uploaded itself, only the address is known.
  const address = file.file ? undefined : file.attachment?.preview_url;
  const canvas = useRef<HTMLCanvasElement>(null);
  const isImage = file.mime.startsWith('image/') && !!file.file;
  useEffect(() => {
    if (!isImage) return;
    let wanted = true;
    createImageBitmap(file.file!).then(
      (bitmap) => {
        const box = canvas.current;
        if (wanted && box) {
          const scale = Math.max(box.width / bitmap.width, box.height / bitmap.height);
          const width = bitmap.width * scale;
          const height = bitmap.height * scale;
          box.getContext('2d')?.drawImage(bitmap, (box.width - width) / 2, (box.height - height) / 2, width, height);
        }
        bitmap.close();
      },
      () => {}, // Not an image the browser can read: it stays blank.
    );
    return () => {
      wanted = false;
    };
  }, [file.key]);
  if (address && safeImage(address)) return <img src={address} alt="" />;
  return isImage ? <canvas ref={canvas} width={64} height={64} /> : <Glyph name="file" />;
}
