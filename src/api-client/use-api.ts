"use client";

import { useCallback, useEffect, useState } from "react";
import type { Calls } from "./calls";
import { type Answer, ApiProblem, api, type Input } from "./client";

interface Asked<Name extends keyof Calls> {
  /** The last answer, also while it is asked again. */
  data: Answer<Name> | undefined;
  problem: ApiProblem | undefined;
  loading: boolean;
}
/** A call that changes nothing: the others are made by `api` where something is pressed. */
type Question = Extract<keyof Calls, `GET ${string}`>;

/** Asks the API as long as the component stands, again when the input changes or `reload` is called; of late answers the last counts. */
export function useApi<Name extends Question>(name: Name, input: Input<Name>): Asked<Name> & { reload: () => void } {
  const [turn, setTurn] = useState(0);
  const [asked, setAsked] = useState<Asked<Name>>({ data: undefined, problem: undefined, loading: true });
  // Compared by what it says: a new object with the same content asks nothing.
  const key = JSON.stringify([name, input, turn]);
  useEffect(() => {
    const [call, parts] = JSON.parse(key) as [Name, Input<Name>];
    const over = new AbortController();
    setAsked((before) => ({ ...before, loading: true }));
    api(call, parts, over.signal)
      .then((data) => setAsked({ data, problem: undefined, loading: false }))
      .catch((error: unknown) => {
        if (over.signal.aborted) return;
        const problem = error instanceof ApiProblem ? error : new ApiProblem(0, "internal", String(error));
        setAsked(({ data }) => ({ data, problem, loading: false }));
      });
    return () => over.abort();
  }, [key]);
  return { ...asked, reload: useCallback(() => setTurn((before) => before + 1), []) };
}
