"use server";

import { revalidatePath } from "next/cache";
import { action } from "@/access/door";
import * as changes from "./changes";
import { draftIdSchema } from "./schema";

/** Deletes a draft that is not under way any more. */
export const deleteDraft = action(
  { can: ["delete", "Job"], rate: "write", impersonated: "write" },
  draftIdSchema,
  async ({ id }, entry) => {
    const { bookId, blogPostId } = await changes.deleteDraft(entry, id);
    revalidatePath(bookId ? `/studio/books/${bookId}` : `/studio/blog/${blogPostId}`);
  },
);
