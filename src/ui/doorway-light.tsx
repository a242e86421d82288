import { cn } from "./cn";

/** The house at dusk: a lit doorway, its light on the floor. Colours are the --hearth tokens of globals.css. */
export function DoorwayLight({ className }: { className?: string }) {
  return (
    <svg
      data-slot="doorway-light"
      viewBox="0 0 800 1000"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      className={cn("block size-full", className)}
    >
      <defs>
        <radialGradient id="hearth-glow" cx="400" cy="600" r="560" gradientUnits="userSpaceOnUse">
          <stop offset="0" className="[stop-color:var(--hearth-glow)]" />
          <stop offset="0.45" className="[stop-color:var(--hearth-glow)] [stop-opacity:0.45]" />
          <stop offset="1" className="[stop-color:var(--hearth-glow)] [stop-opacity:0]" />
        </radialGradient>
        <linearGradient id="hearth-door" x1="0" y1="330" x2="0" y2="740" gradientUnits="userSpaceOnUse">
          <stop offset="0" className="[stop-color:var(--hearth-top)]" />
          <stop offset="1" className="[stop-color:var(--hearth-light)]" />
        </linearGradient>
        <radialGradient id="hearth-sun" cx="400" cy="740" r="230" gradientUnits="userSpaceOnUse">
          <stop offset="0" className="[stop-color:var(--hearth-sun)]" />
          <stop offset="1" className="[stop-color:var(--hearth-sun)] [stop-opacity:0]" />
        </radialGradient>
        <linearGradient id="hearth-spill" x1="0" y1="740" x2="0" y2="1000" gradientUnits="userSpaceOnUse">
          <stop offset="0" className="[stop-color:var(--hearth-light)] [stop-opacity:0.85]" />
          <stop offset="1" className="[stop-color:var(--hearth-light)] [stop-opacity:0]" />
        </linearGradient>
        <linearGradient id="hearth-floor" x1="0" y1="740" x2="0" y2="1000" gradientUnits="userSpaceOnUse">
          <stop offset="0" className="[stop-color:var(--hearth-floor)] [stop-opacity:0.9]" />
          <stop offset="1" className="[stop-color:var(--hearth-floor)]" />
        </linearGradient>
        <clipPath id="hearth-opening">
          <path d="M275 740V455a125 125 0 0 1 250 0v285Z" />
        </clipPath>
      </defs>
      <rect width="800" height="1000" className="fill-(--hearth-wall)" />
      <rect width="800" height="1000" fill="url(#hearth-glow)" />
      <rect y="740" width="800" height="260" fill="url(#hearth-floor)" />
      <path d="M275 740h250l190 260H85Z" fill="url(#hearth-spill)" />
      <path d="M255 740V455a145 145 0 0 1 290 0v285Z" className="fill-(--hearth-frame)" />
      <g clipPath="url(#hearth-opening)">
        <rect x="275" y="330" width="250" height="410" fill="url(#hearth-door)" />
        <circle cx="400" cy="740" r="230" fill="url(#hearth-sun)" />
        <circle cx="400" cy="740" r="72" className="fill-(--hearth-sun)" />
      </g>
    </svg>
  );
}
