import { Icon, type IconProps } from "./icon";

export function KeyIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M8 19.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M11.5 11.5l8-8M16.5 6.5 19 9M14 9l2.5 2.5" />
    </Icon>
  );
}
