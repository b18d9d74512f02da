import { type AuditAction, type AuditEntry, auditActions } from '@causerie/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Table } from '../../ui/table.tsx';
import { errorText } from '../session/error-text.ts';

const words = {
  'user.created': 'audit.created',
  'user.deleted': 'audit.deleted',
  'user.demoted': 'audit.demoted',
  'user.disabled': 'audit.disabled',
  'user.enabled': 'audit.enabled',
  'user.invitation_revoked': 'audit.invitationRevoked',
  'user.invited': 'audit.invited',
  'user.password_reset': 'audit.passwordReset',
  'user.promoted': 'audit.promoted',
  'user.renamed': 'audit.renamed',
  'user.session_ended': 'audit.sessionEnded',
  'user.signed_out': 'audit.signedOut',
  'user.two_factor_removed': 'audit.twoFactorRemoved',
} as const satisfies Record<AuditAction, string>;

/** An act in words; the name of an act that this page does not know yet stays as it is. */
function actionText(t: TFunction, action: string): string {
  return Object.hasOwn(words, action) ? t(words[action as AuditAction]) : action;
}

/** Who did what to whom, newest first. */
export function AuditPage() {
  const { t, i18n } = useTranslation();
  const [action, setAction] = useState('');
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'medium' });
  const entries = useInfiniteQuery({
    queryKey: ['audit', action],
    queryFn: ({ pageParam, signal }) =>
      client.admin.audit(
        {
          limit: 50,
          ...(action === '' ? {} : { action: action as AuditAction }),
          ...(pageParam === undefined ? {} : { after: pageParam }),
        },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? page.after : undefined),
  });
  const rows = entries.data?.pages.flatMap((page) => page.data) ?? [];
  const details = (row: AuditEntry) =>
    Object.entries(row.details)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', ');
  return (
    <div className="grid gap-4">
      <Select
        label={t('audit.filter')}
        value={action}
        onChange={(event) => setAction(event.target.value)}
        className="max-w-80"
        options={[
          { value: '', label: t('audit.all') },
          ...auditActions.map((name) => ({ value: name, label: actionText(t, name) })),
        ]}
      />
      {entries.error && <Notice kind="error">{errorText(t, entries.error)}</Notice>}
      {entries.isPending && <Skeleton label={t('app.loading')} className="h-40" />}
      {entries.data && rows.length === 0 && <p className="py-8 text-ink-soft">{t('audit.empty')}</p>}
      {rows.length > 0 && (
        <Table
          caption={t('admin.audit')}
          rows={rows}
          columns={[
            {
              key: 'what',
              title: t('audit.what'),
              cell: (row) => (
                <div className="grid gap-0.5">
                  <span>
                    <span className="font-medium">{actionText(t, row.action)}</span>
                    {row.target.name !== '' && `: ${row.target.name}`}
                  </span>
                  {details(row) !== '' && <span className="text-note break-all text-ink-soft">{details(row)}</span>}
                  <span className="text-note text-ink-soft sm:hidden">
                    {row.actor.name} · {when.format(new Date(row.at))}
                  </span>
                </div>
              ),
            },
            { key: 'who', title: t('audit.who'), from: 'sm', cell: (row) => row.actor.name },
            { key: 'when', title: t('audit.when'), from: 'sm', cell: (row) => when.format(new Date(row.at)) },
            { key: 'ip', title: t('audit.where'), from: 'md', cell: (row) => row.ip },
          ]}
        />
      )}
      {entries.hasNextPage && (
        <div>
          <Button busy={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
            {t('admin.more')}
          </Button>
        </div>
      )}
    </div>
  );
}
