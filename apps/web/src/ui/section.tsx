import { type ReactNode, useId } from 'react';

/** A part of a page of settings: its name and a sentence on the left, its controls on the right. */
export function Section({ title, explain, children }: { title: string; explain?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="grid gap-4 border-t border-hairline py-8 first:border-t-0 md:grid-cols-[minmax(0,1fr)_minmax(0,2fr)] md:gap-8"
    >
      <div>
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {explain !== undefined && <p className="mt-1 text-small text-ink-soft">{explain}</p>}
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}
