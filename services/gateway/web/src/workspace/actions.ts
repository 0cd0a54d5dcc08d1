/** What can be done where somebody is: each part of a screen says it while it is shown, and the command palette offers it. */
import { useEffect, useId, useSyncExternalStore } from "react";

export interface Action {
  label: string;
  run: () => void;
}

let offered: ReadonlyMap<string, readonly Action[]> = new Map();
const listeners = new Set<() => void>();

function offer(part: string, actions: readonly Action[] | null): void {
  const next = new Map(offered);
  if (actions) next.set(part, actions);
  else next.delete(part);
  offered = next;
  for (const listener of listeners) listener();
}

/** Offers actions while the part is shown. */
export function useActions(actions: readonly Action[]): void {
  const part = useId();
  // After each time it is drawn: what an action does is made of what was drawn last.
  useEffect(() => offer(part, actions));
  useEffect(() => () => offer(part, null), [part]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useOffered = (): readonly Action[] => [...useSyncExternalStore(subscribe, () => offered).values()].flat();
