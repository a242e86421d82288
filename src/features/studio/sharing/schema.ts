import { z } from "zod";

/** What is shared and with whom; an empty organisation takes it back. */
export const shareSchema = z.strictObject({
  id: z.uuid().toLowerCase(),
  organizationId: z
    .literal("")
    .transform(() => null)
    .or(z.uuid().toLowerCase()),
});
