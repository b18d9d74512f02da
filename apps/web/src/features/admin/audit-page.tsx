import { type AuditAction, auditActions } from '@causerie/api/audit-actions';
import type { AuditEntry } from '@causerie/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { useDate } from '../../i18n/use-date.ts';
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

/** Describes an act in words. An act that this page does not know keeps its code. */
function actionText(t: TFunction, action: string): string {
  return Object.hasOwn(words, action) ? t(words[action as AuditAction]) : action;
}

/** Describes the details of an act, each in words where this page has them. */
function detailsText(t: TFunction, { details }: AuditEntry): string {
  const values: Record<string, string> = {
    'role admin': t('admin.roleAdmin'),
    'role user': t('admin.roleUser'),
    'mode link': t('admin.link'),
    'mode temporary': t('admin.temporaryPassword'),
    'threads delete': t('audit.threadsDeleted'),
    'threads transfer': t('audit.threadsTransferred'),
  };
  const names: Record<string, string> = {
    name: t('create.name'),
    email: t('signIn.email'),
    heir: t('admin.heir'),
  };
  return (
    Object.entries(details)
      // The page shows the heir's name; the id beside it is for programs.
      .filter(([name]) => name !== 'transfer_to' || details.heir === undefined)
      .map(([name, value]) => values[`${name} ${value}`] ?? t('audit.detail', { name: names[name] ?? name, value }))
      .join(' · ')
  );
}

/** The audit log, newest first. */
export function AuditPage() {
  const { t } = useTranslation();
  const [action, setAction] = useState('');
  const when = useDate({ dateStyle: 'medium', timeStyle: 'medium' });
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
  return (
    <div className="grid gap-4">
      <title>{`${t('admin.audit')} · ${t('app.name')}`}</title>
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
                  <span className="text-note wrap-anywhere text-ink-soft">{detailsText(t, row)}</span>
                  <span className="text-note text-ink-soft sm:hidden">
                    {row.actor.name} · {when(row.at)}
                  </span>
                </div>
              ),
            },
            { key: 'who', title: t('audit.who'), from: 'sm', cell: (row) => row.actor.name },
            { key: 'when', title: t('audit.when'), from: 'sm', cell: (row) => when(row.at) },
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
