/** Things that are configured, by their path in the API: listed, made, changed, removed, tried. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { asMe, ifMatch, onceKey } from "./client";
import { problemOf } from "./problem";

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
}

/** Makes a thing, changes it where nobody else was faster, or removes it (`said` is null). */
export function useKeep(path: string, kept: Thing | null) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (said: Record<string, unknown> | null) => {
      if (!kept) return ask("POST", path, said, onceKey());
      return ask(said ? "PATCH" : "DELETE", `${path}/${kept.id}`, said ?? undefined, ifMatch(kept.version));
    },
    // Menus and forms elsewhere show these things too.
    onSuccess: () => queries.invalidateQueries(ALL_BUT_TICKETS),
  });
}

const ALL_BUT_TICKETS = { predicate: (query: { queryKey: readonly unknown[] }) => query.queryKey[0] !== "tickets" };

/** Does something to a thing, unless somebody else was faster. */
export function useVerb() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, version }: { path: string; version: number }) => ask("POST", path, undefined, ifMatch(version)),
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
