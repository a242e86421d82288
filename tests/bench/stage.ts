import { type Database, startDatabase } from "./database";
import { buildFoyer, type Member, makeMembers, startFoyer } from "./foyer";
import { type PeerApp, preparePeers, signInPeers, startPeer } from "./peers";
import type { Running } from "./process";

/** What the parts of a bench stand on; each thing is made when the first part asks for it. */
export interface Stage {
  /** Says what is being done, apart from the results. */
  say(text: string): void;
  database(): Promise<Database>;
  /** The tree that Foyer's servers run from. */
  tree(): Promise<string>;
  /** The first server; parts that need a second one start it from `tree`. */
  foyer(): Promise<Running>;
  peer(app: PeerApp): Promise<Running>;
  /** The Cookie header of each peer's own session. */
  peerCookies(): Promise<Record<string, string>>;
  /** 500 people with a session each. */
  members(): Promise<Member[]>;
  close(): Promise<void>;
}

/** An empty stage; whatever is on it at the end goes by `close`, or with this process. */
export function openStage(say: (text: string) => void): Stage {
  const opened: { stop(): Promise<void> }[] = [];
  const stopped = async <T extends { stop(): Promise<void> }>(made: Promise<T>): Promise<T> => {
    opened.push(await made);
    return made;
  };
  const prepared = once(async () => {
    say("peers: packages and builds");
    await preparePeers();
  });
  const apps = new Map<PeerApp, Promise<Running>>();
  const stage: Stage = {
    say,
    database: once(() => stopped(startDatabase())),
    tree: once(async () => {
      say("Foyer: a build with the pages of tests/bench/pages");
      return buildFoyer();
    }),
    foyer: once(async () => stopped(startFoyer(await stage.tree(), (await stage.database()).url))),
    peer: async (app) => {
      await prepared();
      const { emptyUrl } = await stage.database();
      const running = apps.get(app) ?? stopped(startPeer(app, emptyUrl));
      apps.set(app, running);
      return running;
    },
    peerCookies: once(async () => {
      await prepared();
      return signInPeers((await stage.database()).emptyUrl);
    }),
    members: once(async () => makeMembers((await stage.database()).client, 500)),
    // The servers before the database they use.
    close: async () => {
      for (const { stop } of opened.reverse()) await stop();
    },
  };
  return stage;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
