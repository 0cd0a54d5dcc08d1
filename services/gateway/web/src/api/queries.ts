/** What the screens ask the desk, each question once by its key. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, take, type Ticket } from "./client";
import { quoted } from "./quoted";

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

const PAGE_SIZE = 50;

function ticketPage(wanted: Wanted, page_token: string, signal: AbortSignal, page_size = PAGE_SIZE) {
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
const LARGEST_PAGE = 200;

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

export const commentsQuery = (number: string) =>
  infiniteQueryOptions({
    queryKey: ["comments", number],
    queryFn: ({ pageParam }) => {
      const query = { page_size: 100, order_by: "created_at asc", ...(pageParam && { page_token: pageParam }) };
      return take(api.GET("/api/v1/tickets/{ticket}/comments", { params: { path: { ticket: number }, query } }));
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });

export const historyQuery = (number: string) =>
  infiniteQueryOptions({
    queryKey: ["history", number],
    queryFn: ({ pageParam }) => {
      const query = { page_size: 50, ...(pageParam && { page_token: pageParam }) };
      return take(api.GET("/api/v1/tickets/{ticket}/history", { params: { path: { ticket: number }, query } }));
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });

const ofTicket = (number: string) => ({ params: { path: { ticket: number } } });

export const movesQuery = (number: string) =>
  queryOptions({
    queryKey: ["moves", number],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/transitions", ofTicket(number))),
  });

export const clocksQuery = (number: string, explain: boolean) =>
  queryOptions({
    queryKey: ["clocks", number, explain],
    queryFn: () =>
      take(api.GET("/api/v1/tickets/{ticket}/sla", { params: { path: { ticket: number }, query: { explain } } })),
  });

export const suggestionsQuery = (number: string) =>
  queryOptions({
    queryKey: ["suggestions", number],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/suggestions", ofTicket(number))),
  });

export const attachmentsQuery = (number: string) =>
  queryOptions({
    queryKey: ["attachments", number],
    queryFn: () =>
      take(api.GET("/api/v1/tickets/{ticket}/attachments", { params: { path: { ticket: number }, query: { page_size: 200 } } })),
  });

export const WHOLE = { params: { query: { page_size: LARGEST_PAGE } } };

interface Page<T> {
  items: T[];
  next_page_token: string;
}

const MOST_PAGES = 20;

/** A list that is chosen from, with all its pages but for those of one longer than anybody chooses from. */
export async function whole<T>(ask: (page: { params: { query: { page_size: number; page_token?: string } } }) => Promise<Page<T>>): Promise<{ items: T[] }> {
  const items: T[] = [];
  let page_token = "";
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await ask({ params: { query: { page_size: LARGEST_PAGE, ...(page_token && { page_token }) } } });
    items.push(...page.items);
    page_token = page.next_page_token;
    if (!page_token) break;
  }
  return { items };
}

export const queuesQuery = queryOptions({
  queryKey: ["queues"],
  queryFn: () => whole((page) => take(api.GET("/api/v1/queues", page))),
  staleTime: 5 * 60_000,
});

export const processesQuery = queryOptions({
  queryKey: ["processes"],
  queryFn: () => take(api.GET("/api/v1/processes", WHOLE)),
  staleTime: 5 * 60_000,
});

export const typesQuery = queryOptions({
  queryKey: ["types"],
  queryFn: () => take(api.GET("/api/v1/ticket-types", WHOLE)),
  staleTime: 5 * 60_000,
});

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

/** Everybody who works tickets: who has a role beside that of a requester, however many requesters there are. */
export const staffQuery = queryOptions({
  queryKey: ["people", "staff"],
  queryFn: async () => {
    const roles = await whole((page) => take(api.GET("/api/v1/roles", page)));
    const working = roles.items.filter((one) => one.slug !== "requester").map((one) => `roles : ${quoted(one.slug)}`);
    const filter = `active = true AND (${working.join(" OR ")})`;
    return whole((page) => take(api.GET("/api/v1/users", { params: { query: { ...page.params.query, filter } } })));
  },
  staleTime: 60_000,
});

export const teamsQuery = queryOptions({
  queryKey: ["teams"],
  queryFn: () => whole((page) => take(api.GET("/api/v1/teams", page))),
  staleTime: 60_000,
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

export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: () => whole((page) => take(api.GET("/api/v1/views", page))),
  staleTime: 60_000,
});

export type ComplianceBy = "queue" | "team" | "policy";

export const complianceQuery = (by: ComplianceBy) =>
  queryOptions({
    queryKey: ["compliance", by],
    queryFn: () => take(api.GET("/api/v1/sla/compliance", { params: { query: { by, page_size: 50 } } })),
    refetchInterval: 60_000,
  });

export const atRiskQuery = queryOptions({
  queryKey: ["at-risk"],
  queryFn: () =>
    take(api.GET("/api/v1/sla/compliance/at-risk", { params: { query: { within: "P1D", page_size: 50 } } })),
  refetchInterval: 30_000,
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

function itemsWhere(filter: string, page_size: number, signal: AbortSignal) {
  return take(api.GET("/api/v1/cmdb/items", { params: { query: { page_size, order_by: "name", ...(filter && { filter }) } }, signal }));
}

/** What a desk can be asked about as a service, business or technical. */
export const SERVICES = '(class = "business_service" OR class = "technical_service")';

/** Configuration items that the person may see, by a part of their names; `services` asks for those alone. */
export const itemsFoundQuery = (words: string, services: boolean) =>
  queryOptions({
    queryKey: ["items", "found", words, services],
    queryFn: ({ signal }) => itemsWhere([words && `name : ${quoted(words)}`, services && SERVICES].filter(Boolean).join(" AND "), PAGE_SIZE, signal),
    staleTime: 60_000,
    placeholderData: (before) => before,
  });

/** Those of some ids that the person may see. */
export const itemsByIdQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ["items", "by id", ids],
    queryFn: ({ signal }) => itemsWhere(ids.map((id) => `id = ${quoted(id)}`).join(" OR "), LARGEST_PAGE, signal),
    enabled: ids.length > 0,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
