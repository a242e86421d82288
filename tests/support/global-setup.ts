import { startCluster } from "./postgres";

/** Once for a whole vitest run: one PostgreSQL, one migrated template; the workers clone from it. */
export default async function setup(): Promise<() => Promise<void>> {
  const cluster = await startCluster();
  return cluster.stop;
}
