import { z } from "zod";
import { isStillSignedIn } from "@/access/bearer";
import { handler } from "@/access/door";
import { handleStorageRequest } from "@/storage";

// The LOCAL store's own door: whoever has a signed URL has exactly what it was signed for, like at any S3, and a download
// no longer than the session it was made for.
const serve = handler({ visitor: true, rate: "upload" }, { params: z.object({ key: z.array(z.string()) }) }, ({ request }) =>
  handleStorageRequest(request, isStillSignedIn),
);

export { serve as GET, serve as HEAD, serve as PUT };
