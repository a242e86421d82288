import middleware from "../middleware";

// Next looks for this file and reads its matcher without running it; middleware.ts is where the work is.
// tests/house.test.ts holds the two matchers equal.
export default middleware;
export const config = {
  matcher: [
    {
      source: "/((?!api/|_next/static/|favicon\\.ico$|icon\\.svg$|apple-icon\\.png$|opengraph-image-\\w+\\.png$).*)",
      missing: [{ type: "header", key: "x-foyer-path" }],
    },
  ],
};
