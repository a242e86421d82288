import type { ReactNode, SVGProps } from "react";

/*
 * The few icons the primitives need, drawn on Lucide's 24 px grid. Lucide's own components are client components;
 * these are plain SVG, so that a sign-in page carries no script for them.
 */
type IconProps = SVGProps<SVGSVGElement>;

function icon(children: ReactNode) {
  return function Icon({ className = "size-4", ...props }: IconProps) {
    return (
      <svg
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth={1.75}
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
        className={className}
        {...props}
      >
        {children}
      </svg>
    );
  };
}

export const CheckIcon = icon(<path d="m5 12.5 4.5 4.5L19 7.5" />);
export const MinusIcon = icon(<path d="M5 12h14" />);
export const CloseIcon = icon(<path d="M6 6l12 12M18 6 6 18" />);
export const ChevronDownIcon = icon(<path d="m6 9 6 6 6-6" />);
export const ChevronsUpDownIcon = icon(<path d="m7 15 5 5 5-5M7 9l5-5 5 5" />);
export const MenuIcon = icon(<path d="M4 7h16M4 12h16M4 17h16" />);
export const MoreIcon = icon(
  <>
    <circle cx="5" cy="12" r="0.75" fill="currentColor" />
    <circle cx="12" cy="12" r="0.75" fill="currentColor" />
    <circle cx="19" cy="12" r="0.75" fill="currentColor" />
  </>,
);
export const EyeIcon = icon(
  <>
    <path d="M2.1 12.3a1 1 0 0 1 0-.7 10.75 10.75 0 0 1 19.8 0 1 1 0 0 1 0 .7 10.75 10.75 0 0 1-19.8 0" />
    <circle cx="12" cy="12" r="3" />
  </>,
);
export const EyeOffIcon = icon(
  <>
    <path d="M10.7 5.1a10.74 10.74 0 0 1 11.2 6.5 1 1 0 0 1 0 .7 10.75 10.75 0 0 1-1.4 2.5M14.1 14.2a3 3 0 0 1-4.2-4.2" />
    <path d="M17.5 17.5A10.75 10.75 0 0 1 2.1 12.3a1 1 0 0 1 0-.7A10.75 10.75 0 0 1 6.6 6.5M3 3l18 18" />
  </>,
);
export const CopyIcon = icon(
  <>
    <rect width="13" height="13" x="8" y="8" rx="2.5" />
    <path d="M4.5 16A2 2 0 0 1 3 14V5a2 2 0 0 1 2-2h9a2 2 0 0 1 2 1.5" />
  </>,
);
export const InfoIcon = icon(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 16v-4.5M12 8h.01" />
  </>,
);
export const SuccessIcon = icon(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="m8.5 12.2 2.4 2.4 4.6-4.8" />
  </>,
);
export const WarningIcon = icon(
  <>
    <path d="m21.7 18-8-14a2 2 0 0 0-3.5 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.7-3" />
    <path d="M12 9v4M12 17h.01" />
  </>,
);
export const DangerIcon = icon(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 7.5v5M12 16h.01" />
  </>,
);
export const SunIcon = icon(
  <>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M6.3 17.7l-1.4 1.4M19.1 4.9l-1.4 1.4" />
  </>,
);
export const MoonIcon = icon(<path d="M20.9 12.5A9 9 0 1 1 11.5 3.1a7 7 0 0 0 9.4 9.4" />);
export const SystemIcon = icon(
  <>
    <rect width="20" height="14" x="2" y="3" rx="2" />
    <path d="M8 21h8M12 17v4" />
  </>,
);
