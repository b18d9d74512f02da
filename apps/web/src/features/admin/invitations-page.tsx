import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Table } from '../../ui/table.tsx';
import { errorText } from '../session/error-text.ts';

/** Invitations that nobody has used yet. */
export function InvitationsPage() {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' });
  const open = useQuery({ queryKey: ['invitations'], queryFn: ({ signal }) => client.admin.invitations(signal) });
  const revoke = useMutation({
    mutationFn: (id: string) => client.admin.revokeInvitation(id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['invitations'] }),
  });
  const problem = revoke.error ?? open.error;
  return (
    <div className="grid gap-4">
      {problem && <Notice kind="error">{errorText(t, problem)}</Notice>}
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
                <span className="flex flex-wrap items-center gap-2 break-all">
                  {row.email}
                  {row.role === 'admin' && <Badge look="accent">{t('admin.roleAdmin')}</Badge>}
                </span>
              ),
            },
            { key: 'by', title: t('admin.invitedBy'), from: 'md', cell: (row) => row.invited_by.name },
            {
              key: 'until',
              title: t('admin.validUntil'),
              from: 'sm',
              cell: (row) => day.format(new Date(row.expires_at)),
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
                    onClick={() => revoke.mutate(row.id)}
                  >
                    {t('admin.revoke')}
                  </Button>
                </div>
              ),
            },
          ]}
        />
      )}
    </div>
  );
}
