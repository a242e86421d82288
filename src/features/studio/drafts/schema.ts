import { z } from "zod";
import { promptSchema } from "../inputs/schema";

/** Those a page shows, the latest; older ones lie among the files. */
export const SHOWN_DRAFTS = 5;

const id = z.uuid().toLowerCase();

/** Of the book or the post it is for. */
export const askDraftSchema = z.strictObject({ id, prompt: promptSchema });
/** A draft is known by its job. */
export const draftIdSchema = z.strictObject({ id });
