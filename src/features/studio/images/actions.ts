"use server";

import { action } from "@/access/door";
import { shareSchema } from "../sharing/schema";
import { shareWork } from "../sharing/share";

/** Shares one's pictures, those of one request together, with an organisation of one's own; an empty id takes it back. */
export const shareImages = action(
  { can: ["update", "ImageGeneration"], rate: "write", impersonated: "write" },
  shareSchema,
  ({ id, organizationId }, entry) => shareWork(entry, "ImageGeneration", id, organizationId),
);
