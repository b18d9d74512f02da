import type { ReactNode } from 'react';

/** An entry of a list: its name with badges, a line of facts, and its actions. */
export function Entry({ name, facts, children }: { name: ReactNode; facts: string; children: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
      <div className="min-w-0 wrap-anywhere">
        <div className="flex flex-wrap items-center gap-2 text-small font-medium">{name}</div>
        <div className="text-note text-ink-soft">{facts}</div>
      </div>
      <div className="ml-auto flex flex-wrap">{children}</div>
    </li>
  );
}
