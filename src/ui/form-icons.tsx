import { Icon, type IconProps } from "./icon";

export function EyeIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M2.1 12.3a1 1 0 0 1 0-.7 10.75 10.75 0 0 1 19.8 0 1 1 0 0 1 0 .7 10.75 10.75 0 0 1-19.8 0M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6" />
    </Icon>
  );
}

export function EyeOffIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M10.7 5.1a10.74 10.74 0 0 1 11.2 6.5 1 1 0 0 1 0 .7 10.75 10.75 0 0 1-1.4 2.5M14.1 14.2a3 3 0 0 1-4.2-4.2M17.5 17.5A10.75 10.75 0 0 1 2.1 12.3a1 1 0 0 1 0-.7A10.75 10.75 0 0 1 6.6 6.5M3 3l18 18" />
    </Icon>
  );
}

export function DangerIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7.5v5M12 16h.01" />
    </Icon>
  );
}
