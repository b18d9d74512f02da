/** A placeholder of the size of the coming content, so that nothing jumps. Screen readers read `label` once. */
export function Skeleton({ label, className = '' }: { label?: string; className?: string }) {
  return (
    <div
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'status', 'aria-label': label })}
      className={`breathe rounded-control bg-sunken ${className}`}
    />
  );
}
