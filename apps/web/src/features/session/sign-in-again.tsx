import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { endSession } from './session.ts';

/** Signs out, and leads back to this page after the next sign-in. */
export function SignInAgain() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const again = () =>
    endSession(queries, () => navigate({ to: '/login', search: { redirect: location.pathname + location.search } }));
  return (
    <div className="mt-2">
      <Button onClick={() => void again()}>{t('session.signInAgain')}</Button>
    </div>
  );
}
