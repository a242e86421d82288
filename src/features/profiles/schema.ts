import { z } from "zod";
import { biography, cityName, interest, MAX_INTERESTS, personName } from "@/lib/profile-fields";
import { typedList } from "@/lib/text";

const interests = typedList.pipe(z.array(interest).min(1, "required").max(MAX_INTERESTS, "too_many"));

/** The profile a member completes, and edits later. `callbackUrl` is where they were going. */
export const profileSchema = z.strictObject({
  name: personName(2),
  city: cityName(2),
  interests,
  bio: biography(1),
  callbackUrl: z.string().max(2_000).optional(),
});
