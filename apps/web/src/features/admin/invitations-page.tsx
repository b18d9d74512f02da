import type { Invitation } from '@causerie/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { useDate } from '../../i18n/use-date.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Table } from '../../ui/table.tsx';
import { ConfirmDialog } from '../session/confirm-dialog.tsx';
import { errorText } from '../session/error-text.ts';

/** Invitations that nobody has used yet. */
export function InvitationsPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const day = useDate({ dateStyle: 'medium' });
  const [revoking, setRevoking] = useState<Invitation>();
  const open = useQuery({ queryKey: ['invitations'], queryFn: ({ signal }) => client.admin.invitations(signal) });
  const until = (row: Invitation) => day(row.expires_at);
  async function revoke({ id }: Invitation) {
    await client.admin.revokeInvitation(id);
    await queries.invalidateQueries({ queryKey: ['invitations'] });
    setRevoking(undefined);
  }
  return (
    <div className="grid gap-4">
      <title>{`${t('admin.invitations')} · ${t('app.name')}`}</title>
      {open.error && <Notice kind="error">{errorText(t, open.error)}</Notice>}
      {open.isPending && <Skeleton label={t('app.loading')} className="h-24" />}
      {open.data?.length === 0 && <p className="py-8 text-ink-soft">{t('admin.noInvitations')}</p>}
      {open.data && open.data.length > 0 && (
        <Table
          caption={t('admin.invitations')}
          rows={open.data}
          columns={[
            {
              key: 'email',
              title: t('signIn.email'),
              cell: (row) => (
                <div className="grid gap-0.5">
                  <span className="flex flex-wrap items-center gap-2 break-all">
                    {row.email}
                    {row.role === 'admin' && <Badge look="accent">{t('admin.roleAdmin')}</Badge>}
                  </span>
                  <span className="text-note text-ink-soft md:hidden">
                    <span className="sm:hidden">
                      {t('admin.validUntil')} {until(row)} ·{' '}
                    </span>
                    {t('admin.invitedBy')} {row.invited_by.name}
                  </span>
                </div>
              ),
            },
            { key: 'by', title: t('admin.invitedBy'), from: 'md', cell: (row) => row.invited_by.name },
            {
              key: 'until',
              title: t('admin.validUntil'),
              from: 'sm',
              cell: until,
            },
            {
              key: 'revoke',
              title: t('admin.actions'),
              titleHidden: true,
              cell: (row) => (
                <div className="flex justify-end">
                  <Button
                    look="quiet"
                    aria-label={t('admin.revokeNamed', { email: row.email })}
                    onClick={() => setRevoking(row)}
                  >
                    {t('admin.revoke')}
                  </Button>
                </div>
              ),
            },
          ]}
        />
      )}
      {revoking && (
        <ConfirmDialog
          title={t('admin.revoke')}
          text={t('admin.revokeAsk', { email: revoking.email })}
          action={() => revoke(revoking)}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </div>
  );
}
