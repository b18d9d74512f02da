import type { ReactNode } from 'react';

/** An important sentence in the flow of the page. Screen readers announce an error at once, any other notice politely. */
export function Notice({ kind = 'info', children }: { kind?: 'info' | 'error'; children: ReactNode }) {
  const look = kind === 'error' ? 'bg-danger-wash text-ink border-danger' : 'bg-wash text-ink border-accent';
  return (
    <div
      role={kind === 'error' ? 'alert' : 'status'}
      className={`rounded-control border-l-2 px-3 py-2 text-small ${look}`}
    >
      {children}
    </div>
  );
}
