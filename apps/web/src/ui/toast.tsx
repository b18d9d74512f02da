import { useSyncExternalStore } from 'react';

type Toast = {
  id: number;
  text: string;
};

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says that something was done. Never for errors: those stay where they happened until they are dealt with. */
export function toast(text: string): void {
  const id = nextId++;
  set([...toasts.slice(-2), { id, text }]);
  setTimeout(() => set(toasts.filter((item) => item.id !== id)), 5000);
}

/** Takes all of them away: they speak of what somebody did who is not here any more. */
export function clearToasts(): void {
  set([]);
}

/** The place where toasts show, once in the app; read out politely. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-30 grid justify-items-center gap-2 p-4"
    >
      {shown.map((item) => (
        <div key={item.id} className="rounded-control bg-ink px-4 py-3 text-small text-paper">
          {item.text}
        </div>
      ))}
    </div>
  );
}
