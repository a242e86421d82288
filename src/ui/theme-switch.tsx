import { cn } from "./cn";
import { MoonIcon, SunIcon, SystemIcon } from "./icons";

export type Theme = "light" | "dark" | "system";

type ThemeSwitchProps = {
  /** Receives `theme`; a server action, so it works without JavaScript. */
  action: (data: FormData) => Promise<void>;
  theme: Theme;
  /** Names the group and each choice: "Theme", "Light", "Dark", "System". */
  labels: Record<Theme | "group", string>;
  className?: string;
};

const choices = [
  ["light", SunIcon],
  ["dark", MoonIcon],
  ["system", SystemIcon],
] as const;

export function ThemeSwitch({ action, theme, labels, className }: ThemeSwitchProps) {
  return (
    <form action={action} data-slot="theme-switch" className={className}>
      <fieldset className="m-0 flex w-fit items-center gap-0.5 rounded-full border p-0.5">
        <legend className="sr-only">{labels.group}</legend>
        {choices.map(([choice, Icon]) => (
          <button
            key={choice}
            type="submit"
            name="theme"
            value={choice}
            aria-label={labels[choice]}
            title={labels[choice]}
            aria-pressed={choice === theme}
            className={cn(
              "grid size-7 place-items-center rounded-full transition-colors",
              choice === theme ? "bg-hover text-foreground" : "text-muted hover:text-foreground",
            )}
          >
            <Icon className="size-3.5" />
          </button>
        ))}
      </fieldset>
    </form>
  );
}
