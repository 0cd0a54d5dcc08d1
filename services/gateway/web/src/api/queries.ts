/** What the first screens ask the desk, each question once by its key; other screens' questions stand beside it. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, take } from "./client";
import { PAGE_SIZE } from "./paging";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => take(api.GET("/api/v1/me")),
  staleTime: 5 * 60_000,
});

export const ticketQuery = (number: string) =>
  queryOptions({
    queryKey: ["ticket", number],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}", { params: { path: { ticket: number } } })),
  });

export interface Wanted {
  /** The id of a saved view, which says all else by itself. */
  saved?: string;
  filter?: string;
  q?: string;
  order_by?: string;
}

/** One page of the tickets that are wanted. */
export function ticketPage(wanted: Wanted, page_token: string, signal: AbortSignal, page_size = PAGE_SIZE) {
  const { saved: view, ...asked } = wanted;
  const page = { page_size, ...(page_token && { page_token }) };
  if (view) return take(api.GET("/api/v1/views/{view}/tickets", { params: { path: { view }, query: page }, signal }));
  return take(api.GET("/api/v1/tickets", { params: { query: { ...asked, ...page } }, signal }));
}

/** A list from its beginning, as far as somebody has asked for more. */
export const ticketsQuery = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ["tickets", wanted],
    queryFn: ({ pageParam, signal }) => ticketPage(wanted, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });

export const knowledgeQuery = (q: string) =>
  queryOptions({
    queryKey: ["knowledge", q],
    queryFn: ({ signal }) => take(api.GET("/api/v1/kb/search", { params: { query: { q, page_size: 8 } }, signal })),
    enabled: q.trim().length > 1,
    placeholderData: (before) => before,
  });

export const articleQuery = (article: string) =>
  queryOptions({
    queryKey: ["article", article],
    queryFn: () => take(api.GET("/api/v1/kb/articles/{article}", { params: { path: { article } } })),
  });
