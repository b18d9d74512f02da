import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { errorText } from './error-text.ts';
import { endSession } from './session.ts';

/** Signs out, and returns to this page after the next sign-in. */
export function SignInAgain() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const again = useMutation({
    mutationFn: () => {
      const redirect = location.pathname + location.search;
      return endSession(queries, () => navigate({ to: '/login', search: { redirect } }));
    },
  });
  return (
    <div className="mt-2">
      {again.error && <p className="mb-2">{errorText(t, again.error)}</p>}
      <Button busy={again.isPending} onClick={() => again.mutate()}>
        {t('session.signInAgain')}
      </Button>
    </div>
  );
}
