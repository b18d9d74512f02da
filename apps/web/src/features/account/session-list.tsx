import type { Session } from '@causerie/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDate } from '../../i18n/use-date.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { deviceName } from './device-name.ts';

export type SessionListProps = {
  sessions: Session[];
  /** Resolves when `sessions` no longer contains the session, or when ending it failed. */
  onEnd: (session: Session) => Promise<void>;
};

/** The sessions of a person, each with a button that ends it. */
export function SessionList({ sessions, onEnd }: SessionListProps) {
  const { t } = useTranslation();
  const [ending, setEnding] = useState<string>();
  async function end(session: Session) {
    setEnding(session.id);
    await onEnd(session);
    setEnding(undefined);
  }
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
                {session.kind === 'chatkit' && <Badge>{t('sessions.chatOnly')}</Badge>}
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
                onClick={() => void end(session)}
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
