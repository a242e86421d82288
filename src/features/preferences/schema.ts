import { z } from "zod";

export const localeSchema = z.strictObject({ locale: z.enum(["en", "fr"]) });
export const themeSchema = z.strictObject({ theme: z.enum(["light", "dark", "system"]) });
