/** Lists of tickets as a desk reads them: saved views, pages, all that one job takes. */
import { queryOptions } from "@tanstack/react-query";

import { api, take, type Ticket } from "./client";
import { LARGEST_PAGE, whole } from "./paging";
import { ticketPage, type Wanted } from "./queries";

/** The open tickets of a team, or of all, the most urgent first: as many as a page may hold. */
export const ticketsOfTeamQuery = (team: string | null) =>
  queryOptions({
    queryKey: ["tickets", "team", team],
    queryFn: ({ signal }) => ticketPage({ filter: team ? `open = true AND team = "${team}"` : "open = true", order_by: "due_at asc" }, "", signal, LARGEST_PAGE),
  });

/** The ticket made last of those that a filter takes; null where there is none. */
export const latestTicketQuery = (filter: string) =>
  queryOptions({
    queryKey: ["tickets", "latest", filter],
    queryFn: async ({ signal }) => (await ticketPage({ filter, order_by: "created_at desc" }, "", signal, 1)).items[0] ?? null,
  });

/** As many as one job of the desk takes. */
export const MOST_AT_ONCE = 5000;

/** All tickets of a list as they are now, at most as many as one job takes; `more` says that there are others. */
export async function wholeList(wanted: Wanted, signal: AbortSignal): Promise<{ tickets: Ticket[]; more: boolean }> {
  const tickets: Ticket[] = [];
  let token = "";
  do {
    const page = await ticketPage(wanted, token, signal, LARGEST_PAGE);
    tickets.push(...page.items);
    token = page.next_page_token;
  } while (token && tickets.length < MOST_AT_ONCE);
  return { tickets, more: token !== "" };
}

/** One page of a list; each is a question of its own, so that only those that are seen are read anew. */
export const ticketPageQuery = (wanted: Wanted, page_token: string) =>
  queryOptions({
    queryKey: ["tickets", "page", wanted, page_token],
    queryFn: ({ signal }) => ticketPage(wanted, page_token, signal),
  });

export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: () => whole((page) => take(api.GET("/api/v1/views", page))),
  staleTime: 60_000,
});
