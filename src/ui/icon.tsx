import type { SVGProps } from "react";

export type IconProps = SVGProps<SVGSVGElement>;

/** The frame of an icon: 24 px grid, thin round strokes in the text's colour, unseen by screen readers. */
export function Icon({ className = "size-4", children, ...props }: IconProps) {
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
}
