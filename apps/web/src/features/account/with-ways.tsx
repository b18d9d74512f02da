import type { SignInWays } from '@causerie/client';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { errorText } from '../session/error-text.ts';
import { waysQuery } from './ways.ts';

/** Renders its content after the person's ways to sign in have loaded. */
export function WithWays({ children }: { children: (ways: SignInWays) => ReactNode }) {
  const { t } = useTranslation();
  const ways = useQuery(waysQuery);
  if (ways.data) return children(ways.data);
  if (ways.error) return <Notice kind="error">{errorText(t, ways.error)}</Notice>;
  return <Skeleton label={t('app.loading')} className="h-12" />;
}
