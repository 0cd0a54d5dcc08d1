/** What belongs to a ticket beside its fields: conversation, history, links, children, time, people at it. Asked for by its number. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, ifMatch, onceKey, type Schemas, take } from "./client";
import { Problem } from "./problem";

const of = (ticket: string) => ({ path: { ticket } });
const written = (ticket: string) => ({ path: { ticket }, header: onceKey() });
const LONG = { page_size: 200 };

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

export const movesQuery = (number: string) =>
  queryOptions({
    queryKey: ["moves", number],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/transitions", { params: of(number) })),
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
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/suggestions", { params: of(number) })),
  });

export const attachmentsQuery = (number: string) =>
  queryOptions({
    queryKey: ["attachments", number],
    queryFn: () =>
      take(api.GET("/api/v1/tickets/{ticket}/attachments", { params: { path: { ticket: number }, query: { page_size: 200 } } })),
  });

export const linksQuery = (ticket: string) =>
  queryOptions({
    queryKey: ["links", ticket],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/links", { params: { ...of(ticket), query: LONG } })),
  });

export const childrenQuery = (ticket: string) =>
  queryOptions({
    queryKey: ["children", ticket],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/children", { params: { ...of(ticket), query: LONG } })),
  });

/** Tickets that a few words, or a number, may mean. */
export const foundQuery = (words: string) =>
  queryOptions({
    queryKey: ["tickets", "found", words],
    queryFn: ({ signal }) => take(api.GET("/api/v1/tickets", { params: { query: { q: words, page_size: 10 } }, signal })),
    enabled: words.length > 1,
  });

export const addLink = (ticket: string, body: Schemas["NewLink"]) =>
  take(api.POST("/api/v1/tickets/{ticket}/links", { params: written(ticket), body }));

export const removeLink = (ticket: string, link: string) =>
  take(api.DELETE("/api/v1/tickets/{ticket}/links/{link}", { params: { path: { ticket, link } } }));

export const addChild = (ticket: string, body: Schemas["NewTicket"]) =>
  take(api.POST("/api/v1/tickets/{ticket}/children", { params: written(ticket), body }));

/** Merges others into a ticket. */
export const merge = (ticket: string, ticket_ids: string[]) =>
  take(api.POST("/api/v1/tickets/{ticket}/merge", { params: written(ticket), body: { ticket_ids } }));

export const unmerge = (ticket: string, merged: string) =>
  take(api.DELETE("/api/v1/tickets/{ticket}/merge/{merged}", { params: { path: { ticket, merged } } }));

export const forward = (ticket: string, body: Schemas["Forward"]) =>
  take(api.POST("/api/v1/tickets/{ticket}/forward", { params: written(ticket), body }));

export const split = (ticket: string, body: Schemas["Split"]) =>
  take(api.POST("/api/v1/tickets/{ticket}/split", { params: written(ticket), body }));

export const timeQuery = (ticket: string) =>
  queryOptions({
    queryKey: ["time", ticket],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/time-entries", { params: { ...of(ticket), query: LONG } })),
  });

export const noteTime = (ticket: string, body: Schemas["NewTimeEntry"]) =>
  take(api.POST("/api/v1/tickets/{ticket}/time-entries", { params: written(ticket), body }));

export const changeTime = (entry: Schemas["TimeEntry"], body: Schemas["TimeEntryPatch"]) =>
  take(
    api.PATCH("/api/v1/tickets/{ticket}/time-entries/{entry}", {
      params: { path: { ticket: entry.ticket.id, entry: entry.id }, header: ifMatch(entry.version) },
      body,
    }),
  );

export const removeTime = (entry: Schemas["TimeEntry"]) =>
  take(
    api.DELETE("/api/v1/tickets/{ticket}/time-entries/{entry}", {
      params: { path: { ticket: entry.ticket.id, entry: entry.id }, header: ifMatch(entry.version) },
    }),
  );

/** The timer that runs for me, on whatever ticket. */
export const timerQuery = queryOptions({
  queryKey: ["timer"],
  queryFn: () => take(api.GET("/api/v1/me/timer")),
  refetchInterval: 60_000,
});

export const startTimer = (ticket: string) =>
  take(api.POST("/api/v1/tickets/{ticket}/timer", { params: written(ticket), body: {} }));

export const stopTimer = () => take(api.POST("/api/v1/me/timer/stop", { params: { header: onceKey() } }));

export const dropTimer = () => take(api.DELETE("/api/v1/me/timer"));

export const routingQuery = (ticket: string) =>
  queryOptions({
    queryKey: ["routing", ticket],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/routing", { params: of(ticket) })),
  });

export const route = (ticket: string) =>
  take(api.POST("/api/v1/tickets/{ticket}/routing", { params: written(ticket) }));

export const watch = (ticket: string, user: string) =>
  take(api.POST("/api/v1/tickets/{ticket}/watchers", { params: written(ticket), body: { user } }));

export const unwatch = (ticket: string, person_id: string) =>
  take(api.DELETE("/api/v1/tickets/{ticket}/watchers/{person_id}", { params: { path: { ticket, person_id } } }));

export const askApproval = (ticket: string, body: Schemas["NewApproval"]) =>
  take(api.POST("/api/v1/tickets/{ticket}/approvals", { params: written(ticket), body }));

/** What people are told of a major incident; fails with 404 for an incident like others. */
export const majorQuery = (ticket: string) =>
  queryOptions({
    queryKey: ["major", ticket],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/major-incident", { params: of(ticket) })),
    retry: false,
  });

export const declareMajor = (ticket: string, body: Schemas["NewMajorIncident"]) =>
  take(api.POST("/api/v1/tickets/{ticket}/major-incident", { params: written(ticket), body }));

export const changeMajor = (ticket: string, version: number, body: Schemas["MajorIncidentPatch"]) =>
  take(
    api.PATCH("/api/v1/tickets/{ticket}/major-incident", { params: { ...of(ticket), header: ifMatch(version) }, body }),
  );

export const endMajor = (ticket: string, version: number) =>
  take(api.DELETE("/api/v1/tickets/{ticket}/major-incident", { params: { ...of(ticket), header: ifMatch(version) } }));

export const answerMajor = (ticket: string, body: string) =>
  take(api.POST("/api/v1/tickets/{ticket}/major-incident/answers", { params: written(ticket), body: { body } }));

export const resolveMajor = (ticket: string, message: string) =>
  take(api.POST("/api/v1/tickets/{ticket}/major-incident/resolution", { params: written(ticket), body: { message } }));

/** The article that was written of a known error; null where there is none that I may see. */
export const ticketArticleQuery = (ticket: string) =>
  queryOptions({
    queryKey: ["article_of", ticket],
    queryFn: () =>
      take(api.GET("/api/v1/tickets/{ticket}/article", { params: of(ticket) })).catch((error: unknown) => {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }),
  });

export const writeArticle = (ticket: string) => take(api.POST("/api/v1/tickets/{ticket}/article", { params: written(ticket) }));
