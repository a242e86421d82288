import { z } from "zod";

/** How long an archive can be fetched. */
export const EXPORT_DAYS = 7;

export const requestExportSchema = z.strictObject({});
export const exportIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });
