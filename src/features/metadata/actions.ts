"use server";

import { revalidatePath } from "next/cache";
import { action } from "@/access/door";
import { writeMetadata } from "./changes";
import { setMetadataSchema } from "./schema";

/** For an admin: replaces the public or the private part of somebody's metadata, unless somebody else did meanwhile. */
export const setMetadata = action(
  { can: ["update", "User"], rate: "write" },
  setMetadataSchema,
  async ({ userId, part, json, was }, entry) => {
    await writeMetadata(entry, userId, part, json, was);
    revalidatePath(`/admin/users/${userId}`);
  },
);
