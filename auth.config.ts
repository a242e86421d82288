import Credentials from "next-auth/providers/credentials";
import GitHub from "next-auth/providers/github";

/**
 * The ways in, in the order they are offered. One is offered when it stands here and its variables are set
 * (AUTH_GITHUB_ID and AUTH_GITHUB_SECRET, say); to remove it, delete its line. README.md shows Google and any OIDC server.
 */
export default {
  providers: [Credentials, GitHub],
  pages: { signIn: "/login", error: "/login" },
};
