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

/** Shows that an action succeeded. Never use it for errors: those stay in their place until the person resolves them. */
export function toast(text: string): void {
  const id = nextId++;
  set([...toasts.slice(-2), { id, text }]);
  setTimeout(() => set(toasts.filter((item) => item.id !== id)), 5000);
}

/** Removes all toasts: they belong to a person who is no longer signed in. */
export function clearToasts(): void {
  set([]);
}

/** The place of the toasts, once in the app. Screen readers announce them politely. */
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
