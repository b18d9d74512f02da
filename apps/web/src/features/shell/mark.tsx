/** The product's logo: an open circle around a dot. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg aria-hidden="true" focusable="false" width={size} height={size} viewBox="0 0 32 32" className="shrink-0">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M22.5 19.6a7.6 7.6 0 1 1 0-7.2"
        fill="none"
        strokeWidth="3"
        strokeLinecap="round"
        className="stroke-on-accent"
      />
      <circle cx="16" cy="16" r="2.2" className="fill-on-accent" />
    </svg>
  );
}
