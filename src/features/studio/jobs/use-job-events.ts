"use client";

import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { isLiving, type JobState, knownState, laterOf, watchJob } from "./job-feed";

/**
 * The job as it is at this moment, from what the server showed: by a stream, or by asking where that does not come through.
 * Calls `onEnd` once the job, watched while it was under way, has ended.
 */
export function useJobEvents(job: JobState, onEnd?: () => void): JobState {
  const { id, status, step, progress, error, attempt } = job;
  const subscribe = useCallback(
    (changed: () => void) => watchJob({ id, status, step, progress, error, attempt }, changed),
    [id, status, step, progress, error, attempt],
  );
  const now = useSyncExternalStore(
    subscribe,
    () => laterOf(knownState(id) ?? job, job),
    () => job,
  );
  const living = isLiving(now);
  const was = useRef(living);
  useEffect(() => {
    if (was.current && !living) onEnd?.();
    was.current = living;
  }, [living, onEnd]);
  return now;
}
