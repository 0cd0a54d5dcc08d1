/** Things that are configured, by their path in the API: listed, made, changed, removed, tried. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { asMe, ifMatch, onceKey } from "./client";
import { Problem, problemOf } from "./problem";

export interface Page<T> {
  items: T[];
  next_page_token: string;
}

/** Asks for a path and gives its answer; throws a Problem for everything but success. */
export async function ask<T>(method: string, path: string, said?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const json = said === undefined ? {} : { body: JSON.stringify(said) };
  const answer = await asMe(new Request(path, { method, headers: { "Content-Type": "application/json", ...headers }, ...json }));
  const body: unknown = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw problemOf(answer.status, body);
  return body as T;
}

const PAGE_SIZE = 50;

export const thingsQuery = <T>(path: string) =>
  infiniteQueryOptions({
    queryKey: ["things", path],
    queryFn: ({ pageParam }) => ask<Page<T>>("GET", `${path}${path.includes("?") ? "&" : "?"}page_size=${PAGE_SIZE}${pageParam && `&page_token=${encodeURIComponent(pageParam)}`}`),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });

interface Thing {
  id: string;
  version: number;
  slug?: unknown;
}

type Said = Record<string, unknown> | null;

/** Makes or replaces as a whole a thing that is known by its key; what is made takes nobody else's key. */
async function keepWhole(path: string, kept: Thing | null, said: Said): Promise<unknown> {
  const { slug = kept?.slug, ...whole } = said ?? {};
  const own = `${path}/${encodeURIComponent(String(slug))}`;
  if (!kept && (await isThere(own))) throw new Problem(409, "already_exists", "", [{ field: "slug", reason: "is taken" }]);
  return ask(said ? "PUT" : "DELETE", own, said ? whole : undefined, kept ? ifMatch(kept.version) : {});
}

async function isThere(path: string): Promise<boolean> {
  try {
    await ask("GET", path);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return false;
    throw error;
  }
}

/** Makes a thing, changes it where nobody else was faster, or removes it (`said` is null). */
export function useKeep(path: string, kept: Thing | null, keyed = false) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (said: Said) => {
      if (keyed) return keepWhole(path, kept, said);
      if (!kept) return ask("POST", path, said, onceKey());
      return ask(said ? "PATCH" : "DELETE", `${path}/${kept.id}`, said ?? undefined, ifMatch(kept.version));
    },
    // Menus and forms elsewhere show these things too.
    onSuccess: () => queries.invalidateQueries(ALL_BUT_TICKETS),
  });
}

const ALL_BUT_TICKETS = { predicate: (query: { queryKey: readonly unknown[] }) => query.queryKey[0] !== "tickets" };

interface Doing {
  path: string;
  method: "POST" | "DELETE";
  said: Record<string, unknown> | undefined;
  version: number;
}

/** Does something to a thing, unless somebody else was faster. */
export function useVerb() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, method, said, version }: Doing) => ask(method, path, said, { ...ifMatch(version), ...(method === "POST" && onceKey()) }),
    onSuccess: () => queries.invalidateQueries(ALL_BUT_TICKETS),
  });
}

/** A setting that is read by itself. */
export const settingQuery = <T>(path: string) => queryOptions({ queryKey: ["setting", path], queryFn: () => ask<T>("GET", path) });

interface Replacement {
  /** Null takes the setting away. */
  said: Record<string, unknown> | null;
  /** Of what is replaced; none where there is nothing yet. */
  version: number | undefined;
}

/** Replaces a setting as a whole, unless somebody else was faster. */
export function useReplace(path: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ said, version }: Replacement) => ask(said ? "PUT" : "DELETE", path, said ?? undefined, version ? ifMatch(version) : {}),
    onSuccess: () => queries.invalidateQueries(ALL_BUT_TICKETS),
  });
}
