import { startCluster } from "./postgres";
import { offerServers } from "./run-servers";

/** Once for a whole vitest run: one PostgreSQL, one migrated template; the workers clone from it. The stores start when they are asked for. */
export default async function setup(): Promise<() => Promise<void>> {
  const cluster = await startCluster();
  // Loaded when they are asked for too: most runs are of one file, and these bring whole SDKs.
  const servers = await offerServers({
    swift: async () => (await import("./swift")).launchSwift(),
    azurite: async () => (await import("./azurite")).launchAzurite(),
  });
  return async () => {
    await servers.stop();
    await cluster.stop();
  };
}
