import { GitHubIcon } from "@/ui/icons";

/** The marks people look for on a sign-in button; a key for providers without one here. */
export function ProviderIcon({ id }: { id: string }) {
  if (id === "github") return <GitHubIcon />;
  if (id === "google") {
    return (
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path
          fill="#4285F4"
          d="M23.5 12.27c0-.85-.08-1.47-.24-2.11H12v3.83h6.6c-.13.96-.85 2.4-2.45 3.37l3.75 2.9c2.24-2.07 3.6-5.1 3.6-7.99Z"
        />
        <path
          fill="#34A853"
          d="M12 24c3.24 0 5.96-1.07 7.95-2.9l-3.79-2.94c-1.01.7-2.37 1.2-4.16 1.2a7.2 7.2 0 0 1-6.83-4.98l-3.9 3.01A12 12 0 0 0 12 24Z"
        />
        <path fill="#FBBC05" d="M5.17 14.38a7.4 7.4 0 0 1 0-4.75L1.28 6.61a12 12 0 0 0 0 10.78l3.89-3.01Z" />
        <path
          fill="#EA4335"
          d="M12 4.64c2.25 0 3.77.97 4.64 1.79l3.38-3.3A11.5 11.5 0 0 0 12 0 12 12 0 0 0 1.28 6.61l3.89 3.02A7.2 7.2 0 0 1 12 4.64Z"
        />
      </svg>
    );
  }
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <circle cx="8" cy="15" r="4.5" />
      <path d="m11.5 11.5 8-8m-3 3 2.5 2.5m-5 0 2 2" />
    </svg>
  );
}
