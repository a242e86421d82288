import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import { freePort } from "./postgres";

/** What may go otherwise than well; they may be changed at any time. */
export interface SmtpSwitches {
  /** Accepts the connection and says nothing. */
  silent: boolean;
  /** Answer to the connection, to MAIL FROM, to RCPT TO and to the content; 0 is yes. */
  connect: number;
  from: number;
  to: number;
  content: number;
  /** Takes the mail, then cuts the connection instead of saying so. */
  drop: boolean;
  /** Takes the mail, and says so only when `release` is called. */
  hold: boolean;
}

export interface Received extends Email {
  raw: string;
  envelope: { from: string; to: string[] };
}

export interface Smtp {
  url: string;
  switches: SmtpSwitches;
  /** Every mail whose content arrived, answered or not. */
  received: Received[];
  /** Connections so far. */
  connections: number;
  /** Those to this address. */
  to(address: string): Received[];
  release(): void;
  /** Everything as it should be, nothing received. */
  reset(): void;
  stop(): Promise<void>;
  /** Again, on the same port. */
  start(): Promise<void>;
}

const WELL: SmtpSwitches = { silent: false, connect: 0, from: 0, to: 0, content: 0, drop: false, hold: false };

/** A real SMTP server on a loopback port. */
export async function startSmtp(): Promise<Smtp> {
  const port = await freePort();
  let server: SMTPServer | null = null;
  let held: (() => void)[] = [];
  const smtp: Smtp = {
    url: `smtp://127.0.0.1:${port}`,
    switches: { ...WELL },
    received: [],
    connections: 0,
    to: (address) => smtp.received.filter(({ envelope }) => envelope.to.includes(address)),
    release: () => {
      for (const answer of held.splice(0)) answer();
    },
    reset: () => {
      Object.assign(smtp.switches, WELL);
      smtp.received = [];
      smtp.connections = 0;
      held = [];
    },
    stop: async () => {
      smtp.release();
      const closing = server;
      server = null;
      await new Promise<void>((done) => (closing ? closing.close(() => done()) : done()));
    },
    start: async () => {
      server = build();
      await new Promise<void>((done, fail) => {
        server?.once("error", fail);
        server?.listen(port, "127.0.0.1", done);
      });
      // A client that is killed breaks its connection: that is what these tests are for.
      server?.removeAllListeners("error").on("error", () => undefined);
    },
  };

  function build(): SMTPServer {
    return new SMTPServer({
      disabledCommands: ["STARTTLS", "AUTH"],
      disableReverseLookup: true,
      closeTimeout: 100,
      onConnect(_session, callback) {
        smtp.connections++;
        if (!smtp.switches.silent) callback(refusal(smtp.switches.connect));
      },
      onMailFrom: (_address, _session, callback) => callback(refusal(smtp.switches.from)),
      onRcptTo: (_address, _session, callback) => callback(refusal(smtp.switches.to)),
      onData(stream, session, callback) {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", async () => {
          const { drop, hold, content } = smtp.switches;
          if (content) return callback(refusal(content));
          smtp.received.push(await parse(Buffer.concat(chunks), session));
          if (drop) for (const connection of server?.connections ?? []) connection.close();
          else if (hold) held.push(() => callback());
          else callback();
        });
      },
    });
  }

  await smtp.start();
  return smtp;
}

async function parse(raw: Buffer, { envelope }: SMTPServerSession): Promise<Received> {
  const email = await PostalMime.parse(raw);
  const from = envelope.mailFrom ? envelope.mailFrom.address : "";
  return { ...email, raw: raw.toString("latin1"), envelope: { from, to: envelope.rcptTo.map(({ address }) => address) } };
}

function refusal(responseCode: number): Error | null {
  return responseCode ? Object.assign(new Error(`as the test wants it, for somebody@example.org`), { responseCode }) : null;
}
