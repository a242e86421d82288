/** A value as a MaxMind DB holds it; numbers are written as uint32. */
type Value = string | number | bigint | Value[] | { [key: string]: Value };
type Node = [Branch, Branch];
type Branch = Node | Buffer | null;

/**
 * A MaxMind DB file (format 2.0, IPv4, records of 24 bits) with what is given for each network, such as "203.0.113.0/24".
 * https://maxmind.github.io/MaxMind-DB/
 */
export function mmdb(networks: Record<string, Value>): Buffer {
  const root: Node = [null, null];
  for (const [network, value] of Object.entries(networks)) insert(root, network, encode(value));
  const nodes: Node[] = [];
  number(root, nodes);
  const data: Buffer[] = [];
  let length = 0;
  const tree = Buffer.concat(
    nodes.flatMap((node) =>
      node.map((branch) => {
        let record = nodes.length;
        if (Array.isArray(branch)) record = nodes.indexOf(branch);
        else if (branch) {
          record = nodes.length + 16 + length;
          data.push(branch);
          length += branch.byteLength;
        }
        return Buffer.from([record >> 16, (record >> 8) & 255, record & 255]);
      }),
    ),
  );
  const metadata = {
    node_count: nodes.length,
    record_size: 24,
    ip_version: 4,
    database_type: "Test-City",
    languages: ["en"],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_790_000_000n,
    description: { en: "Made by a test" },
  };
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from("abcdef", "hex"), Buffer.from("MaxMind.com"), encode(metadata)]);
}

function insert(root: Node, network: string, value: Buffer): void {
  const [address = "", length = "32"] = network.split("/");
  const bits = address
    .split(".")
    .map((byte) => Number(byte).toString(2).padStart(8, "0"))
    .join("")
    .slice(0, Number(length));
  let node = root;
  for (const [at, bit] of [...bits].entries()) {
    const side = Number(bit) as 0 | 1;
    if (at === bits.length - 1) node[side] = value;
    else {
      const next = node[side];
      const made: Node = Array.isArray(next) ? next : [null, null];
      node[side] = made;
      node = made;
    }
  }
}

function number(node: Node, nodes: Node[]): void {
  nodes.push(node);
  for (const branch of node) if (Array.isArray(branch)) number(branch, nodes);
}

function encode(value: Value): Buffer {
  if (typeof value === "string") return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === "bigint") {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(value);
    return Buffer.concat([control(9, 8), bytes]);
  }
  if (typeof value === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, inner]) => [encode(key), encode(inner)])]);
}

/** Sizes below 29 only: nothing here is longer. */
function control(type: number, size: number): Buffer {
  if (size > 28) throw new Error("too long for this writer");
  return type > 7 ? Buffer.from([size, type - 7]) : Buffer.from([(type << 5) | size]);
}
