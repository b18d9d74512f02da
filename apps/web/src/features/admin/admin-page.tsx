import { Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

const look =
  'inline-flex min-h-11 items-center border-b-2 border-transparent px-1 text-small text-ink-soft hover:text-ink';
const active = { className: 'border-accent! text-ink! font-medium' };

/** `/admin`: the layout of the administration pages. */
export function AdminPage() {
  const { t } = useTranslation();
  return (
    <div className="mx-auto max-w-260 px-4 py-8">
      <h1 className="mb-2 text-display font-semibold tracking-tight">{t('admin.title')}</h1>
      <nav aria-label={t('admin.title')} className="mb-6 flex gap-5 border-b border-hairline">
        <Link to="/admin" activeOptions={{ exact: true, includeSearch: false }} activeProps={active} className={look}>
          {t('admin.people')}
        </Link>
        <Link to="/admin/invitations" activeProps={active} className={look}>
          {t('admin.invitations')}
        </Link>
        <Link to="/admin/audit" activeProps={active} className={look}>
          {t('admin.audit')}
        </Link>
      </nav>
      <Outlet />
    </div>
  );
}
