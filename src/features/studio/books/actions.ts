"use server";

import { action } from "@/access/door";
import { shareSchema } from "../sharing/schema";
import { shareWork } from "../sharing/share";

/** Shares one's book, its chapters and its exports with an organisation of one's own; an empty id takes it back. */
export const shareBook = action(
  { can: ["update", "Book"], rate: "write", impersonated: "write" },
  shareSchema,
  ({ id, organizationId }, entry) => shareWork(entry, "Book", id, organizationId),
);
