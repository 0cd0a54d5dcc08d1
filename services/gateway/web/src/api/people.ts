/** The people of a desk: somebody by an id, some letters, all who work tickets, everybody. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, take } from "./client";
import { PAGE_SIZE, whole } from "./paging";
import { quoted } from "./quoted";

/** Somebody by the id that a record keeps; nobody where there is no such person. */
export const personQuery = (id: string) =>
  queryOptions({
    queryKey: ["people", "one", id],
    queryFn: async () => (await take(api.GET("/api/v1/users", { params: { query: { filter: `id = ${quoted(id)}` } } }))).items[0] ?? null,
    enabled: id !== "",
    staleTime: 60_000,
  });

const MOST_FOUND = 20;

/** The people whom some letters may mean: part of a name, or of an address. */
export const peopleFoundQuery = (words: string) =>
  queryOptions({
    queryKey: ["people", "found", words],
    queryFn: ({ signal }) => {
      const filter = `active = true AND (name : ${quoted(words)} OR email : ${quoted(words)})`;
      return take(api.GET("/api/v1/users", { params: { query: { page_size: MOST_FOUND, filter } }, signal }));
    },
    enabled: words.length > 1,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });

/** The roles of the desk, with what each permits. */
export const rolesQuery = queryOptions({
  queryKey: ["people", "roles"],
  queryFn: () => whole((page) => take(api.GET("/api/v1/roles", page))),
  staleTime: 60_000,
});

/** Everybody who works tickets: who has a role beside that of a requester, however many requesters there are. */
export const staffQuery = queryOptions({
  queryKey: ["people", "staff"],
  queryFn: async ({ client }) => {
    const roles = await client.ensureQueryData(rolesQuery);
    const working = roles.items.filter((one) => one.slug !== "requester").map((one) => `roles : ${quoted(one.slug)}`);
    const filter = `active = true AND (${working.join(" OR ")})`;
    return whole((page) => take(api.GET("/api/v1/users", { params: { query: { ...page.params.query, filter } } })));
  },
  staleTime: 60_000,
});

export const everybodyQuery = (filter: string) =>
  infiniteQueryOptions({
    queryKey: ["people", "all", filter],
    queryFn: ({ pageParam, signal }) => {
      const query = { page_size: PAGE_SIZE, order_by: "name", ...(filter && { filter }), ...(pageParam && { page_token: pageParam }) };
      return take(api.GET("/api/v1/users", { params: { query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });
