import NextAuth from "next-auth";
import GitHub from "next-auth/providers/github";

/** Auth.js as its documentation sets it up: sessions in a JWT, the role taken along. */
export const { auth } = NextAuth({
  providers: [GitHub({ clientId: "bench", clientSecret: "bench" })],
  session: { strategy: "jwt" },
  callbacks: {
    jwt: ({ token }) => token,
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub, role: token.role } }),
  },
});
