"use server";

import { action } from "@/access/door";
import { shareSchema } from "../sharing/schema";
import { shareWork } from "../sharing/share";

/** Shares one's films, those of one request together, with an organisation of one's own; an empty id takes it back. */
export const shareVideo = action(
  { can: ["update", "VideoGeneration"], rate: "write", impersonated: "write" },
  shareSchema,
  ({ id, organizationId }, entry) => shareWork(entry, "VideoGeneration", id, organizationId),
);
