import { handler } from "@/access/door";
import { writeMetadata } from "@/features/metadata/changes";
import { getMe } from "@/features/metadata/queries";
import { updateMeSchema } from "@/features/metadata/schema";

/** Who is asking: profile, `publicMetadata` and `unsafeMetadata`. */
export const GET = handler({ can: ["read", "User"], rate: "read" }, {}, (_, entry) => getMe(entry));

/** Replaces the `unsafeMetadata` of whoever is asking, and answers like GET. */
export const PATCH = handler(
  { can: ["update", "User"], rate: "write", impersonated: "write" },
  { body: updateMeSchema },
  async ({ body }, entry) => {
    await writeMetadata(entry, entry.actor.userId, "unsafe", body.unsafeMetadata);
    return getMe(entry);
  },
);
