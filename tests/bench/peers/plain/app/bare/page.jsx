import { Text } from "../../../text";

export const dynamic = "force-dynamic";

export default function Page() {
  return <Text />;
}
