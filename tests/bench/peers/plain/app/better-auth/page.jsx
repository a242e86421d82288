import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { byDatabase } from "../../../better-auth";
import { Text } from "../../../text";

export default async function Page() {
  const session = await byDatabase.api.getSession({ headers: await headers() });
  if (!session?.user) redirect("/login");
  return <Text />;
}
