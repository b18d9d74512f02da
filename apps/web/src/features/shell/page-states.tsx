import { ApiError } from '@causerie/client';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { errorText } from '../session/error-text.ts';

function Plain({ children }: { children: ReactNode }) {
  return <main className="mx-auto grid max-w-120 gap-4 px-4 py-16">{children}</main>;
}

/** The page for an unknown address, with a link home. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <Plain>
      <title>{`${t('notFound.title')} · ${t('app.name')}`}</title>
      <h1 className="text-display font-semibold">{t('notFound.title')}</h1>
      <p className="text-ink-soft">{t('notFound.explain')}</p>
      <p>
        <Link to="/" className="text-accent underline underline-offset-4">
          {t('notFound.home')}
        </Link>
      </p>
    </Plain>
  );
}

/** A page that failed to load: the error, and a button to try again. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const outdated = error instanceof ApiError && error.code === 'page_outdated';
  return (
    <Plain>
      <title>{t('app.name')}</title>
      <h1 className="text-title font-semibold">{t('errors.page')}</h1>
      <Notice kind="error">{errorText(t, error)}</Notice>
      <div>
        <Button
          onClick={() => {
            if (outdated) return location.reload();
            reset();
            void router.invalidate();
          }}
        >
          {outdated ? t('chat.reload') : t('errors.retry')}
        </Button>
      </div>
    </Plain>
  );
}

/** A page that is loading. */
export function PageLoading() {
  const { t } = useTranslation();
  return (
    <Plain>
      <Skeleton label={t('app.loading')} className="h-8 w-1/2" />
      <Skeleton className="h-24" />
    </Plain>
  );
}
