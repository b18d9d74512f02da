import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { errorText } from '../session/error-text.ts';

/** Everything the server holds about the person, as one file. */
export function ExportData() {
  const { t } = useTranslation();
  const download = useMutation({
    mutationFn: async () => {
      const address = URL.createObjectURL(await client.account.exportData());
      const link = document.createElement('a');
      link.href = address;
      link.download = 'causerie.json';
      link.click();
      URL.revokeObjectURL(address);
    },
  });
  return (
    <div className="grid gap-4">
      {download.error && <Notice kind="error">{errorText(t, download.error)}</Notice>}
      <div>
        <Button busy={download.isPending} onClick={() => download.mutate()}>
          {download.isPending ? t('account.exporting') : t('account.export')}
        </Button>
      </div>
    </div>
  );
}
