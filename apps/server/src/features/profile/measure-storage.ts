import type { ProfileDeps } from './deps.ts';

/** Returns how many bytes of files a person stores, and how many they may store; `quota` null is no limit. */
export const measureStorage =
  ({ attachments }: ProfileDeps) =>
  async (personId: string): Promise<{ files: number; bytes: number; quota: number | null }> => {
    const kept = (await attachments.storageOf([personId])).get(personId);
    return { files: kept?.files ?? 0, bytes: kept?.bytes ?? 0, quota: attachments.quota || null };
  };
