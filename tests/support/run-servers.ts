import { createServer } from "node:http";
import { listen } from "./listen";

/** How the processes of one run find them: the environment is what its workers inherit. */
const SERVERS = "FOYER_TEST_SERVERS";

interface Startable {
  stop(): Promise<void>;
}

/**
 * Servers that all files of a run may share, each started when the first file asks for it: a start costs more than most files
 * do with one. Only in the process that outlives the files.
 */
export async function offerServers(launches: Record<string, () => Promise<Startable>>): Promise<Startable> {
  const started = new Map<string, Promise<Startable>>();
  const offered = await listen(
    createServer(async (request, answer) => {
      const name = request.url?.slice(1) ?? "";
      const server = started.get(name) ?? launches[name]?.();
      if (!server) return void answer.writeHead(404).end(name);
      started.set(name, server);
      await server.then(
        (given) => answer.end(JSON.stringify(given)),
        (error: unknown) => {
          // Whoever asks next has it tried again, as if the server were their own.
          started.delete(name);
          answer.writeHead(500).end(error instanceof Error ? error.stack : String(error));
        },
      );
    }),
  );
  process.env[SERVERS] = offered.url;
  return {
    stop: async () => {
      await offered.stop();
      const ended = [...started.values()].map(async (server) => (await server).stop());
      await Promise.allSettled(ended);
    },
  };
}

/** The run's server of this name, which goes when the run ends; one's own where no run offers any. */
export async function ofThisRun<Server extends Startable>(name: string, launch: () => Promise<Server>): Promise<Server> {
  const offered = process.env[SERVERS];
  if (!offered) return launch();
  const answer = await fetch(`${offered}/${name}`);
  if (!answer.ok) throw new Error(`${name} did not start: ${await answer.text()}`);
  // What JSON loses of it is `stop`.
  return { ...(await answer.json()), stop: async () => {} };
}
