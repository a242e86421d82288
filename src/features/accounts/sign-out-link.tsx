import { getTranslations } from "next-intl/server";
import { signOut } from "./actions";

/** Who is signed in, and the way out, where there is no menu. */
export async function SignOutLink({ email }: { email: string }) {
  const auth = await getTranslations("auth");
  return (
    <form action={signOut} className="flex flex-wrap items-center gap-x-3">
      <span className="min-w-0 [overflow-wrap:anywhere]">{email}</span>
      <button type="submit" className="link">
        {auth("signOut")}
      </button>
    </form>
  );
}
