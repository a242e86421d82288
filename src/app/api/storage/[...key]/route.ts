import { z } from "zod";
import { handler } from "@/access/door";
import { handleStorageRequest } from "@/storage";

// The LOCAL store's own door: whoever has a signed URL has exactly what it was signed for, like at any S3.
const serve = handler({ visitor: true, rate: "upload" }, { params: z.object({ key: z.array(z.string()) }) }, ({ request }) =>
  handleStorageRequest(request),
);

export { serve as GET, serve as HEAD, serve as PUT };
