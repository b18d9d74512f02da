import type { UserRow } from '@causerie/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { SessionList } from '../account/session-list.tsx';
import { errorText } from '../session/error-text.ts';

/** The sessions of another person. */
export function PersonSessionsDialog({ row, onClose }: { row: UserRow; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const queryKey = ['person-sessions', row.id];
  const sessions = useQuery({ queryKey, queryFn: ({ signal }) => client.admin.userSessions(row.id, signal) });
  const end = useMutation({
    mutationFn: (id: string) => client.admin.endUserSession(row.id, id),
    onSettled: () => queries.invalidateQueries({ queryKey }),
  });
  const problem = end.error ?? sessions.error;
  return (
    <Dialog title={t('admin.sessionsOf', { name: row.name })} onClose={onClose}>
      <div className="grid gap-4">
        {problem && <Notice kind="error">{errorText(t, problem)}</Notice>}
        {sessions.isPending && <Skeleton label={t('app.loading')} className="h-12" />}
        {sessions.data?.length === 0 && <p className="text-small text-ink-soft">{t('admin.noSessions')}</p>}
        {sessions.data && (
          <SessionList sessions={sessions.data} onEnd={(session) => end.mutateAsync(session.id).catch(() => {})} />
        )}
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.close')}</Button>
        </DialogButtons>
      </div>
    </Dialog>
  );
}
