// For a process without Next: "server-only" throws outside a server bundle, and there it says nothing.
import { register } from "node:module";

const hook = `export const resolve = (name, context, next) =>
  name === "server-only" ? { url: "data:text/javascript,", shortCircuit: true } : next(name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
