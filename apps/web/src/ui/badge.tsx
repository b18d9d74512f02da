import type { ReactNode } from 'react';

const looks = {
  plain: 'border-hairline text-ink-soft',
  accent: 'border-transparent bg-wash text-ink',
  danger: 'border-transparent bg-danger-wash text-ink',
} as const;

/** A short label for the thing beside it. */
export function Badge({ look = 'plain', children }: { look?: keyof typeof looks; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center rounded-full border px-2 py-0.5 text-note whitespace-nowrap ${looks[look]}`}
    >
      {children}
    </span>
  );
}
