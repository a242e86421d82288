// Plain JavaScript on Node's own modules: run.mjs needs it before there is a node_modules.

const SPINNER_MS = 100;
const PLAIN_NOTICE_MS = 1_500;

/** Thrown for what a person has to mend: its message is printed alone, without a stack. */
export class UserError extends Error {
  /** @override */
  name = "UserError";
}

const isTty = Boolean(process.stdout.isTTY) && process.env.TERM !== "dumb" && !process.env.CI;
const isUtf8 = /utf-?8/i.test(
  process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || (process.platform === "darwin" ? "UTF-8" : ""),
);
const useColour = isTty && !process.env.NO_COLOR;
const signs = isUtf8
  ? { done: "✔", failed: "✖", busy: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] }
  : { done: "+", failed: "x", busy: ["|", "/", "-", "\\"] };

/**
 * Runs one step of a start and shows it with its duration. The text that `work` returns is shown behind the label.
 * @param {string} label
 * @param {() => Promise<string | void>} work
 */
export async function step(label, work) {
  const began = Date.now();
  const stopShowing = showBusy(label, began);
  try {
    const note = await work();
    stopShowing();
    line(`  ${colour(32, signs.done)} ${label}${note ? colour(2, ` (${note})`) : ""} ${colour(2, seconds(Date.now() - began))}`);
  } catch (error) {
    stopShowing();
    line(`  ${colour(31, signs.failed)} ${label} ${colour(2, seconds(Date.now() - began))}`);
    throw error;
  }
}

/**
 * A line between the steps.
 * @param {string} text
 */
export function note(text) {
  line(`    ${text}`);
}

/**
 * How many, with the word for one or for more: "1 row", "2 rows".
 * @param {number} count
 * @param {string} one
 * @param {string} [more]
 */
export function counted(count, one, more = `${one}s`) {
  return `${count} ${count === 1 ? one : more}`;
}

/**
 * A frame around `lines`; an empty line becomes a gap. Plain ASCII where the terminal is not UTF-8.
 * @param {string[]} lines
 * @param {boolean} [utf8]
 */
export function box(lines, utf8 = isUtf8) {
  const [h, v, corners] = utf8 ? ["─", "│", ["╭", "╮", "╰", "╯"]] : ["-", "|", ["+", "+", "+", "+"]];
  const width = Math.max(...lines.map((text) => [...text].length));
  const rule = h.repeat(width + 4);
  const rows = lines.map((text) => `${v}  ${text}${" ".repeat(width - [...text].length)}  ${v}`);
  return [`${corners[0]}${rule}${corners[1]}`, ...rows, `${corners[2]}${rule}${corners[3]}`].join("\n");
}

/**
 * @param {number} ms
 */
export function seconds(ms) {
  return ms >= 60_000 ? `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param {number} code @param {string} text */
export function colour(code, text) {
  return useColour ? `\u001B[${code}m${text}\u001B[0m` : text;
}

/** @param {string} label @param {number} began */
function showBusy(label, began) {
  if (!isTty) {
    // A log needs no animation, but a step of a minute must not look like a hang.
    const timer = setTimeout(() => line(`    ${label} ...`), PLAIN_NOTICE_MS);
    return () => clearTimeout(timer);
  }
  let turn = 0;
  const draw = () =>
    process.stdout.write(`\r\u001B[2K  ${signs.busy[turn++ % signs.busy.length]} ${label} ${colour(2, seconds(Date.now() - began))}`);
  draw();
  const timer = setInterval(draw, SPINNER_MS);
  return () => {
    clearInterval(timer);
    process.stdout.write("\r\u001B[2K");
  };
}

/** @param {string} text */
function line(text) {
  process.stdout.write(`${isTty ? "\r\u001B[2K" : ""}${text}\n`);
}
