import { enter } from "@/access/door";

/** A page behind the whole door: session, freshness, rules. Its text is that of the peers (tests/bench/peers/text.jsx). */
export default async function GuardedPage() {
  await enter("read", "User");
  return (
    <main>
      <h1>Members</h1>
      <p>The same words on every page, so that only what stands before them differs.</p>
    </main>
  );
}
