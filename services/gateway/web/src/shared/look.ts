/** How the desk looks to the people of a tenant: kept in this browser, so that the first thing that is drawn is right. */
import { useSyncExternalStore } from "react";

export interface Look {
  /** Ten, light to dark; none: the desk's own. */
  shades: string[];
  logo: string | null;
}

const KEPT = "deskmesh-look";
const OWN: Look = { shades: [], logo: null };
const listeners = new Set<() => void>();
let current = kept();

function kept(): Look {
  try {
    return { ...OWN, ...(JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Look>) };
  } catch {
    return OWN;
  }
}

export function setLook({ shades, logo }: Look): void {
  const next = JSON.stringify({ shades, logo });
  if (next === JSON.stringify(current)) return;
  localStorage.setItem(KEPT, next);
  current = { shades, logo };
  for (const listener of listeners) listener();
}

/** Asks how it looks for a tenant; whatever fails leaves it as it is. */
export async function takeLook(tenant: string): Promise<void> {
  const answer = await fetch(`/api/v1/branding/${encodeURIComponent(tenant)}`).catch(() => null);
  if (answer?.ok) setLook((await answer.json()) as Look);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useLook = (): Look => useSyncExternalStore(listen, () => current);
