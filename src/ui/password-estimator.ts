import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";
import * as english from "@zxcvbn-ts/language-en";
import * as french from "@zxcvbn-ts/language-fr";

/*
 * Two megabytes of dictionaries, the ones of src/lib/bcrypt-worker.mjs, which has the last word: loaded by import() when a
 * field for a new password is focused, and by nobody else.
 */

/** Beyond these nothing gets weaker, and estimating gets slow. */
const ESTIMATED_CHARS = 40;

const estimator = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary, ...french.dictionary },
  graphs: common.adjacencyGraphs,
});

/** 0 (guessed at once) to 4, and the key of the reason where there is one; `email` is among what is guessed first. */
export function estimate(password: string, email: string): { score: number; reason: string | null } {
  const marks = /[^\p{L}\p{N}]+/u;
  const [local = ""] = email.split("@");
  const words = [email, local, email.split(marks).join(""), local.split(marks).join(""), ...email.split(marks)];
  const typed = [...password.normalize("NFKC")].slice(0, ESTIMATED_CHARS).join("");
  const { score, feedback } = estimator.check(typed, ["foyer", ...words.filter((word) => word.length > 2)]);
  return { score, reason: feedback.warning ?? null };
}
