import { useMemo, useSyncExternalStore } from "react";

const CHANGED = "foyer-selection";

/** What is selected: rows one by one, across pages, or all that a search finds (`all` names the search). */
export interface Selection {
  ids: string[];
  all: string | null;
}

const NOTHING: Selection = { ids: [], all: null };

/** The selection of this name, kept in this tab until it is cleared, and how to change it; empty on the server. */
export function useSelection(name: string): [Selection, (next: Selection) => void] {
  const key = `selection:${name}`;
  const text = useSyncExternalStore(
    subscribe,
    () => stored(key),
    () => "",
  );
  const selection = useMemo(() => read(text), [text]);
  return [selection, (next) => keep(key, next)];
}

function subscribe(onChange: () => void): () => void {
  addEventListener(CHANGED, onChange);
  return () => removeEventListener(CHANGED, onChange);
}

function stored(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    // A browser that keeps nothing selects nothing across pages.
    return "";
  }
}

function keep(key: string, next: Selection): void {
  try {
    if (next.ids.length === 0 && next.all === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(next));
  } catch {
    return;
  }
  dispatchEvent(new Event(CHANGED));
}

/** Written by `keep`, or by somebody at the developer tools. */
function read(text: string): Selection {
  try {
    const { ids, all }: { ids?: unknown; all?: unknown } = JSON.parse(text || "{}");
    const known = Array.isArray(ids) ? ids.filter((id): id is string => typeof id === "string") : [];
    return { ids: known, all: typeof all === "string" ? all : null };
  } catch {
    return NOTHING;
  }
}
