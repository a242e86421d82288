import { enter } from "@/access/door";

/** Shows what a change changes, so that its arrival can be seen from outside. */
export default async function StandingPage() {
  const { actor } = await enter("read", "User");
  return <main data-standing={`${actor.role}/${actor.name}`}>Members</main>;
}
