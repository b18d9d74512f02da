import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { useBytes } from '../../i18n/use-bytes.ts';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { errorText } from '../session/error-text.ts';

/** From this share on, the page warns before a file is refused. */
const nearlyFull = 0.9;

/** The storage that the person's files use, and its limit. */
export function StorageUse() {
  const { t } = useTranslation();
  const bytes = useBytes();
  const id = useId();
  const storage = useQuery({
    queryKey: ['own-storage'],
    queryFn: ({ signal }) => client.account.storage(signal),
  });
  if (storage.error) return <Notice kind="error">{errorText(t, storage.error)}</Notice>;
  if (!storage.data) return <Skeleton label={t('app.loading')} className="h-12" />;
  const { files, bytes: used, quota } = storage.data;
  const size = bytes(used);
  const isFull = quota !== null && used >= quota * nearlyFull;
  return (
    <div className="grid gap-2">
      <p id={id} className="text-small">
        {t('storage.files', { count: files })}
        {' · '}
        {quota === null ? size : t('storage.ofQuota', { size, quota: bytes(quota) })}
      </p>
      {quota !== null && (
        // biome-ignore lint/a11y/useSemanticElements: browsers paint a <meter> in colours of their own
        <div
          role="meter"
          aria-labelledby={id}
          aria-valuemin={0}
          aria-valuemax={quota}
          aria-valuenow={Math.min(used, quota)}
          className="h-2 overflow-hidden rounded-full border border-hairline bg-sunken"
        >
          <div
            className={`h-full forced-colors:bg-[CanvasText] ${isFull ? 'bg-danger' : 'bg-accent'}`}
            style={{ inlineSize: `${Math.min(100, (used / quota) * 100)}%` }}
          />
        </div>
      )}
      {isFull && <p className="text-note text-ink-soft">{t('storage.full')}</p>}
    </div>
  );
}
