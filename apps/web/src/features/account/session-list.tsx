import type { Session } from '@causerie/client';
import { useTranslation } from 'react-i18next';
import { useDate } from '../../i18n/use-date.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { deviceName } from './device-name.ts';

export interface SessionListProps {
  sessions: Session[];
  /** The id of the session that is being ended. */
  ending: string | undefined;
  onEnd: (session: Session) => void;
}

/** Where somebody is signed in, each with the button that ends it. */
export function SessionList({ sessions, ending, onEnd }: SessionListProps) {
  const { t } = useTranslation();
  const when = useDate({ dateStyle: 'medium', timeStyle: 'short' });
  return (
    <ul className="grid gap-3">
      {sessions.map((session) => {
        const device = deviceName(session.user_agent) ?? t('sessions.unknown');
        return (
          <li key={session.id} className="flex flex-wrap items-center justify-between gap-2">
            <div className="min-w-0">
              <div className="flex flex-wrap items-center gap-2 text-small font-medium">
                {device}
                {session.current && <Badge look="accent">{t('sessions.this')}</Badge>}
              </div>
              <div className="text-note text-ink-soft">
                {t('sessions.seen', { when: when(session.last_seen_at) })}
                {session.ip !== '' && ` · ${session.ip}`}
              </div>
            </div>
            {!session.current && (
              <Button
                look="quiet"
                aria-label={t('sessions.endNamed', { device })}
                busy={session.id === ending}
                onClick={() => onEnd(session)}
              >
                {t('sessions.end')}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
