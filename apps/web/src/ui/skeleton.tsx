/** The place something will take, so that nothing jumps when it comes. `label` is read out once. */
export function Skeleton({ label, className = '' }: { label?: string; className?: string }) {
  return (
    <div
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'status', 'aria-label': label })}
      className={`breathe rounded-control bg-sunken ${className}`}
    />
  );
}
