import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { chooseLanguage } from '../../i18n/i18n.ts';
import { asLanguage, languages } from '../../i18n/languages.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { RequestForm } from '../session/request-form.tsx';
import { reloadSession, usePerson } from '../session/session.ts';

/** Name and language. The language applies to this page at once. */
export function ProfileForm() {
  const { t, i18n } = useTranslation();
  const person = usePerson();
  const queries = useQueryClient();
  async function save(data: FormData) {
    const locale = asLanguage(String(data.get('locale'))) ?? 'en';
    await client.account.update({ name: String(data.get('name')).trim(), locale });
    await chooseLanguage(locale);
    await reloadSession(queries);
    toast(i18n.t('account.saved'));
  }
  return (
    <RequestForm action={save} stays>
      {(busy) => (
        <>
          <Field
            label={t('create.name')}
            name="name"
            autoComplete="name"
            required
            maxLength={200}
            defaultValue={person.name}
          />
          <Field label={t('signIn.email')} type="email" value={person.email} readOnly hint={t('account.emailFixed')} />
          <Select
            // The language may be changed in the header while this form is open.
            key={i18n.language}
            label={t('nav.language')}
            name="locale"
            defaultValue={i18n.language}
            options={Object.entries(languages).map(([value, label]) => ({ value, label }))}
          />
          <div>
            <Button type="submit" look="primary" busy={busy}>
              {t('account.save')}
            </Button>
          </div>
        </>
      )}
    </RequestForm>
  );
}
