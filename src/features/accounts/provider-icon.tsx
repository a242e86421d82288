const GITHUB =
  "M12 .5a11.5 11.5 0 0 0-3.64 22.41c.58.1.79-.25.79-.55v-2.15c-3.2.7-3.88-1.36-3.88-1.36-.53-1.33-1.28-1.69-1.28-1.69-1.05-.71.08-.7.08-.7 1.15.08 1.76 1.19 1.76 1.19 1.03 1.75 2.69 1.25 3.35.95.1-.74.4-1.25.73-1.54-2.55-.29-5.24-1.28-5.24-5.69 0-1.25.45-2.28 1.18-3.08-.12-.29-.51-1.46.11-3.04 0 0 .97-.31 3.17 1.18a11 11 0 0 1 5.77 0c2.2-1.49 3.16-1.18 3.16-1.18.63 1.58.24 2.75.12 3.04.74.8 1.18 1.83 1.18 3.08 0 4.42-2.69 5.39-5.26 5.68.42.36.78 1.06.78 2.14v3.17c0 .31.21.66.8.55A11.5 11.5 0 0 0 12 .5Z";

/** The marks people look for on a sign-in button; a key for providers without one here. */
export function ProviderIcon({ id }: { id: string }) {
  if (id === "github") {
    return (
      <svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
        <path d={GITHUB} />
      </svg>
    );
  }
  if (id === "google") {
    return (
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path fill="#4285F4" d="M23.5 12.27c0-.85-.08-1.47-.24-2.11H12v3.83h6.6c-.13.96-.85 2.4-2.45 3.37l3.75 2.9c2.24-2.07 3.6-5.1 3.6-7.99Z" />
        <path fill="#34A853" d="M12 24c3.24 0 5.96-1.07 7.95-2.9l-3.79-2.94c-1.01.7-2.37 1.2-4.16 1.2a7.2 7.2 0 0 1-6.83-4.98l-3.9 3.01A12 12 0 0 0 12 24Z" />
        <path fill="#FBBC05" d="M5.17 14.38a7.4 7.4 0 0 1 0-4.75L1.28 6.61a12 12 0 0 0 0 10.78l3.89-3.01Z" />
        <path fill="#EA4335" d="M12 4.64c2.25 0 3.77.97 4.64 1.79l3.38-3.3A11.5 11.5 0 0 0 12 0 12 12 0 0 0 1.28 6.61l3.89 3.02A7.2 7.2 0 0 1 12 4.64Z" />
      </svg>
    );
  }
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <circle cx="8" cy="15" r="4.5" />
      <path d="m11.5 11.5 8-8m-3 3 2.5 2.5m-5 0 2 2" />
    </svg>
  );
}
