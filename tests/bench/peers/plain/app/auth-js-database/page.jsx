import { redirect } from "next/navigation";
import { auth } from "../../../auth-js-database";
import { Text } from "../../../text";

export default async function Page() {
  const session = await auth();
  if (!session?.user) redirect("/login");
  return <Text />;
}
