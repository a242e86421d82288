import "server-only";
import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { assertBelongs } from "@/access/organizations";
import { accessibleBy } from "@/access/rules";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { DRAFTS } from "../drafts/asked";

/** What can be shared with an organisation, by the subject that rules speak of. */
export type Work = "ImageGeneration" | "VideoGeneration" | "Book" | "BlogPost";

/**
 * Shares what somebody made, and the files that came and will come of it, with an organisation they belong to; null takes it
 * back. Throws AppError "not_found" for what is not theirs and for an organisation they do not belong to.
 */
export async function shareWork(entry: Entry, work: Work, id: string, organizationId: string | null): Promise<void> {
  await change(entry, async (tx, record) => {
    await assertBelongs(tx, entry.actor.userId, organizationId);
    const { count, job } = await WRITE[work](tx, entry, id, organizationId);
    if (count === 0) throw new AppError("not_found");
    // Places of results that are still to come, too: they are rows already.
    await tx.file.updateMany({ where: { job }, data: { organizationId } });
    // A draft is its author's alone, until they take it into the text.
    await tx.file.updateMany({ where: { job: { AND: [job, DRAFTS] } }, data: { organizationId: null } });
    const act = organizationId ? "content.shared" : "content.unshared";
    await record({ action: act, subjectType: work, subjectId: id, after: { organizationId } });
  });
  revalidatePath("/studio", "layout");
}

type Write = (tx: Transaction, entry: Entry, id: string, organizationId: string | null) => Promise<{ count: number; job: object }>;

/** Writes it where the person may, and says which jobs' files are its. */
const WRITE: Record<Work, Write> = {
  ImageGeneration: async (tx, { ability }, id, organizationId) => {
    const where = { AND: [accessibleBy(ability, "update").ofType("ImageGeneration"), { id }] };
    return { ...(await tx.imageGeneration.updateMany({ where, data: { organizationId } })), job: { imageGenerationId: id } };
  },
  VideoGeneration: async (tx, { ability }, id, organizationId) => {
    const where = { AND: [accessibleBy(ability, "update").ofType("VideoGeneration"), { id }] };
    return { ...(await tx.videoGeneration.updateMany({ where, data: { organizationId } })), job: { videoGenerationId: id } };
  },
  Book: async (tx, { ability }, id, organizationId) => {
    const where = { AND: [accessibleBy(ability, "update").ofType("Book"), { id }] };
    return { ...(await tx.book.updateMany({ where, data: { organizationId } })), job: { bookId: id } };
  },
  BlogPost: async (tx, { ability }, id, organizationId) => {
    const where = { AND: [accessibleBy(ability, "update").ofType("BlogPost"), { id }] };
    return { ...(await tx.blogPost.updateMany({ where, data: { organizationId } })), job: { blogPostId: id } };
  },
};
