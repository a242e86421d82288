import { handler } from "@/access/door";

/** What the door knows of whoever asks, and nothing of a page's own cost: when a change takes effect, seen from outside. */
export const GET = handler({ can: ["read", "User"], rate: "read" }, {}, async (_, { actor }) => ({ role: actor.role, name: actor.name }));
