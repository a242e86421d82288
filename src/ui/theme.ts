/** Name of the cookie that keeps the theme; absent means "as the system". */
export const THEME_COOKIE = "theme";

export const themes = ["light", "dark"] as const;

export type ThemeChoice = (typeof themes)[number];

export function isTheme(value: unknown): value is ThemeChoice {
  return themes.some((theme) => theme === value);
}
