import type { UserRow } from '@causerie/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { useBytes } from '../../i18n/use-bytes.ts';
import { useDate } from '../../i18n/use-date.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Table } from '../../ui/table.tsx';
import { errorText } from '../session/error-text.ts';
import { usePerson } from '../session/session.ts';
import { NewUserDialog } from './new-user-dialog.tsx';
import { PersonMenu } from './person-menu.tsx';

const route = getRouteApi('/signed-in/admin/');

/** Lists the accounts, with a search and the actions on each. */
export function PeoplePage() {
  const { t } = useTranslation();
  const { search = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(search);
  const wanted = useDeferredValue(typed.trim());
  const [creating, setCreating] = useState(false);

  // Search after a pause in typing. The address contains the search, so that it can be kept and shared.
  useEffect(() => {
    if (wanted === search) return;
    const timer = setTimeout(() => void navigate({ search: { search: wanted || undefined }, replace: true }), 250);
    return () => clearTimeout(timer);
  }, [wanted, search, navigate]);

  const people = useInfiniteQuery({
    queryKey: ['people', search],
    queryFn: ({ pageParam, signal }) =>
      client.admin.users({ search, limit: 25, ...(pageParam === undefined ? {} : { after: pageParam }) }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? page.after : undefined),
    placeholderData: (before) => before,
  });
  const rows = people.data?.pages.flatMap((page) => page.data) ?? [];

  return (
    <div className="grid gap-4">
      <title>{`${t('admin.people')} · ${t('app.name')}`}</title>
      <div className="flex flex-wrap items-end gap-3">
        <Field
          label={t('admin.search')}
          type="search"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="min-w-0 flex-1 basis-60"
        />
        <Button look="primary" onClick={() => setCreating(true)}>
          <Icon name="plus" />
          {t('admin.newPerson')}
        </Button>
      </div>
      {people.error && <Notice kind="error">{errorText(t, people.error)}</Notice>}
      {people.isPending && <Skeleton label={t('app.loading')} className="h-40" />}
      {people.data && rows.length === 0 && <p className="py-8 text-ink-soft">{t('admin.nobody', { search })}</p>}
      {rows.length > 0 && <PeopleTable rows={rows} />}
      {people.hasNextPage && (
        <div>
          <Button busy={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>
            {t('admin.more')}
          </Button>
        </div>
      )}
      {creating && <NewUserDialog onClose={() => setCreating(false)} />}
    </div>
  );
}

function PeopleTable({ rows }: { rows: UserRow[] }) {
  const { t } = useTranslation();
  const day = useDate({ dateStyle: 'medium' });
  const bytes = useBytes();
  const seen = (row: UserRow) => (row.last_seen_at === undefined ? t('admin.never') : day(row.last_seen_at));
  return (
    <Table
      caption={t('admin.people')}
      rows={rows}
      columns={[
        {
          key: 'person',
          title: t('create.name'),
          cell: (row) => (
            <div className="grid gap-0.5">
              <span className="font-medium break-words">{row.name}</span>
              <span className="text-note break-all text-ink-soft">{row.email}</span>
              <span className="flex flex-wrap gap-1 sm:hidden">
                <Standing row={row} />
              </span>
            </div>
          ),
        },
        { key: 'standing', title: t('admin.standing'), from: 'sm', cell: (row) => <Standing row={row} /> },
        { key: 'threads', title: t('admin.threads'), from: 'md', cell: (row) => row.threads },
        { key: 'files', title: t('admin.files'), from: 'md', cell: (row) => bytes(row.file_bytes) },
        { key: 'seen', title: t('admin.lastSeen'), from: 'md', cell: seen },
        {
          key: 'actions',
          title: t('admin.actions'),
          titleHidden: true,
          cell: (row) => (
            <div className="flex justify-end">
              <PersonMenu row={row} />
            </div>
          ),
        },
      ]}
    />
  );
}

function Standing({ row }: { row: UserRow }) {
  const { t } = useTranslation();
  const own = usePerson().id === row.id;
  return (
    <span className="inline-flex flex-wrap gap-1">
      {own && <Badge>{t('admin.you')}</Badge>}
      {row.role === 'admin' && <Badge look="accent">{t('admin.roleAdmin')}</Badge>}
      {row.disabled && <Badge look="danger">{t('admin.disabled')}</Badge>}
      {row.two_factor && <Badge>{t('admin.twoFactor')}</Badge>}
      {row.must_change_password && <Badge>{t('admin.mustChange')}</Badge>}
    </span>
  );
}
