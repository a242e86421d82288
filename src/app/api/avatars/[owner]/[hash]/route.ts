import { handler } from "@/access/door";
import { answerAvatar } from "@/features/files/avatar-answer";
import { avatarSchema } from "@/features/files/schema";

/** Somebody's picture, for anybody who is signed in. Another picture has another address, so a browser keeps this one. */
export const GET = handler(
  { can: ["read", "File"], rate: "preview" },
  { params: avatarSchema, answer: "picture" },
  ({ request, params }, entry) => answerAvatar(entry, params, request.headers),
);
