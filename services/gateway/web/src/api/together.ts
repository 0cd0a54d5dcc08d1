/** Working on a ticket at the same time: who is at it, what they write, whom a comment names. */
import { queryOptions } from "@tanstack/react-query";

import { api, ifMatch, onceKey, type Schemas, take } from "./client";
import { heldToken } from "./session";

export type Visibility = "public" | "internal";

type PresenceState = Schemas["NewPresence"]["state"];

/** Says what I do at a ticket, and gives who else does something there. */
export const sayPresence = (ticket: string, state: Exclude<PresenceState, "left">) =>
  take(api.POST("/api/v1/tickets/{ticket}/presence", { params: { path: { ticket } }, body: { state } }));

/** Says that I leave a ticket, in one go: a page that is closed takes with it whatever still has to be done. */
export function sayLeft(ticket: string): void {
  const token = heldToken();
  if (token === null) return;
  const state: PresenceState = "left";
  void fetch(`/api/v1/tickets/${encodeURIComponent(ticket)}/presence`, {
    method: "POST",
    keepalive: true,
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ state }),
    // The desk forgets me by itself after a while.
  }).catch(() => undefined);
}

export const presenceQuery = (ticket: string) =>
  queryOptions({
    queryKey: ["presence", ticket],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/presence", { params: { path: { ticket } } })),
    // Whoever just closed the browser is forgotten without an event.
    refetchInterval: 30_000,
  });

export const draftsQuery = (ticket: string) =>
  queryOptions({
    queryKey: ["drafts", ticket],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/drafts", { params: { path: { ticket } } })),
  });

/** Keeps a draft for all who work on the ticket; fails with 412 where a colleague wrote meanwhile. */
export const saveDraft = (ticket: string, visibility: Visibility, body: string, version: number) =>
  take(
    api.PUT("/api/v1/tickets/{ticket}/drafts/{visibility}", {
      params: { path: { ticket, visibility }, header: version > 0 ? ifMatch(version) : {} },
      body: { body, format: "markdown" },
    }),
  );

export const dropDraft = (ticket: string, visibility: Visibility) =>
  take(api.DELETE("/api/v1/tickets/{ticket}/drafts/{visibility}", { params: { path: { ticket, visibility } } }));

export const mentionsQuery = queryOptions({
  queryKey: ["tickets", "mentions"],
  queryFn: () => take(api.GET("/api/v1/me/mentions", { params: { query: { page_size: 100 } } })),
  staleTime: 10_000,
});

export const markMention = (mention: Schemas["Mention"], read: boolean) =>
  take(
    api.PATCH("/api/v1/me/mentions/{mention}", {
      params: { path: { mention: mention.id }, header: ifMatch(mention.version) },
      body: { read },
    }),
  );

export const markAllMentions = () => take(api.POST("/api/v1/me/mentions/read", { params: { header: onceKey() } }));

export const focusQuery = queryOptions({
  queryKey: ["focus"],
  queryFn: () => take(api.GET("/api/v1/me/focus")),
  staleTime: 60_000,
});

export const setFocus = (body: Schemas["FocusInput"]) => take(api.PUT("/api/v1/me/focus", { body, params: {} }));

/** The most urgent ticket that waits for my teams becomes mine; fails with 409 where I have as many as I take. */
export const pullTicket = () => take(api.POST("/api/v1/me/next-ticket", { params: { header: onceKey() } }));
