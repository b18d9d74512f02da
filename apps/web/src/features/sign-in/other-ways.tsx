import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { errorText } from '../session/error-text.ts';
import { showPasskey } from '../session/passkeys.ts';

export type OtherWaysProps = {
  providers: readonly { id: string; name: string }[];
  /** The page to open after a provider: a path of this site. */
  redirect: string;
  passkey: boolean;
  /** Called after a sign-in with a passkey. */
  onDone: () => Promise<void>;
};

/** The ways to sign in without a password: a provider, which is another site, or a passkey. */
export function OtherWays({ providers, redirect, passkey, onDone }: OtherWaysProps) {
  const { t } = useTranslation();
  const signIn = useMutation({
    mutationFn: async () => {
      const response = await showPasskey(await client.call('POST /api/auth/passkey/options'));
      await client.call('POST /api/auth/passkey', { body: { response } });
      await onDone();
    },
  });
  if (providers.length === 0 && !passkey) return null;
  return (
    <div className="mt-6 grid gap-3">
      <p className="flex items-center gap-3 text-small text-ink-soft before:h-px before:flex-1 before:bg-hairline after:h-px after:flex-1 after:bg-hairline">
        {t('signIn.or')}
      </p>
      {signIn.error && <Notice kind="error">{errorText(t, signIn.error)}</Notice>}
      {providers.map(({ id, name }) => (
        <ButtonLink key={id} href={`/api/auth/oidc/${id}?redirect=${encodeURIComponent(redirect)}`}>
          {t('signIn.withProvider', { name })}
        </ButtonLink>
      ))}
      {passkey && (
        <Button busy={signIn.isPending} onClick={() => signIn.mutate()}>
          {t('signIn.withPasskey')}
        </Button>
      )}
    </div>
  );
}
