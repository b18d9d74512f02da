import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { errorText } from '../session/error-text.ts';
import { SessionList } from './session-list.tsx';

/** The person's own sessions. */
export function OwnSessions() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: ['own-sessions'],
    queryFn: ({ signal }) => client.account.sessions(signal),
  });
  const end = useMutation({
    mutationFn: (id: string | undefined) =>
      id === undefined ? client.account.endOtherSessions() : client.account.endSession(id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['own-sessions'] }),
  });
  const problem = end.error ?? sessions.error;
  return (
    <div className="grid gap-4">
      {problem && <Notice kind="error">{errorText(t, problem)}</Notice>}
      {sessions.isPending && <Skeleton label={t('app.loading')} className="h-12" />}
      {sessions.data && (
        <>
          <SessionList sessions={sessions.data} onEnd={(session) => end.mutateAsync(session.id).catch(() => {})} />
          {sessions.data.length > 1 && (
            <div>
              <Button busy={end.isPending} onClick={() => end.mutate(undefined)}>
                {t('sessions.endOthers')}
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}
