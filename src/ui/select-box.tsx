"use client";

import { useEffect, useRef } from "react";
import { useSelection } from "./use-selection";

/** Without script nothing can be selected, and no box says otherwise. */
const boxClasses = "block size-4 cursor-pointer accent-ember noscript:hidden";

/** Selects one row; `name` is that of the selection, `scope` the search that is shown. */
export function SelectBox({ name, scope, id, label }: { name: string; scope: string; id: string; label: string }) {
  const [selection, select] = useSelection(name);
  const isAll = selection.all === scope;
  const isChosen = isAll || selection.ids.includes(id);
  const toggle = () => select({ ids: isChosen ? selection.ids.filter((other) => other !== id) : [...selection.ids, id], all: null });
  return <input type="checkbox" aria-label={label} checked={isChosen} disabled={isAll} onChange={toggle} className={boxClasses} />;
}

/** Selects all rows of this page, or none of them. */
export function SelectPageBox({ name, scope, ids, label }: { name: string; scope: string; ids: string[]; label: string }) {
  const [selection, select] = useSelection(name);
  const box = useRef<HTMLInputElement>(null);
  const isAll = selection.all === scope;
  const chosen = ids.filter((id) => selection.ids.includes(id)).length;
  const isWhole = isAll || chosen === ids.length;
  const isPart = !isWhole && chosen > 0;
  useEffect(() => {
    if (box.current) box.current.indeterminate = isPart;
  }, [isPart]);
  const toggle = () => {
    const others = selection.ids.filter((id) => !ids.includes(id));
    select({ ids: isWhole ? others : [...others, ...ids], all: null });
  };
  return <input ref={box} type="checkbox" aria-label={label} checked={isWhole} disabled={isAll} onChange={toggle} className={boxClasses} />;
}
