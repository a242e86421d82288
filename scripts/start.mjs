// What `npm start`, `npm run dev` (--dev) and `npm run setup` (--setup) call.
import { run } from "./run.mjs";

await run("start", process.argv.slice(2));
