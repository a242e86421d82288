/** A doorway with light in it: the sun stands on the threshold. One path, one fill; the same as src/app/icon.svg. */
export const MARK_PATH =
  "M4.5 28.5V15.5a11.5 11.5 0 0 1 23 0v13a1.5 1.5 0 0 1-1.5 1.5H6a1.5 1.5 0 0 1-1.5-1.5ZM8.5 26h2.2a5.3 5.3 0 0 1 10.6 0h2.2V15.5a7.5 7.5 0 0 0-15 0Z";

/** Decoration: the name stands beside it. */
export function Mark({ className = "size-6 text-ember" }: { className?: string }) {
  return (
    <svg data-slot="mark" viewBox="0 0 32 32" fill="currentColor" aria-hidden="true" className={className}>
      <path fillRule="evenodd" d={MARK_PATH} />
    </svg>
  );
}
