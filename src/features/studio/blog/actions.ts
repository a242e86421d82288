"use server";

import { action } from "@/access/door";
import { shareSchema } from "../sharing/schema";
import { shareWork } from "../sharing/share";

/** Shares one's post and its exports with an organisation of one's own; an empty id takes it back. */
export const sharePost = action(
  { can: ["update", "BlogPost"], rate: "write", impersonated: "write" },
  shareSchema,
  ({ id, organizationId }, entry) => shareWork(entry, "BlogPost", id, organizationId),
);
