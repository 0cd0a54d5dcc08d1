/** What somebody is shown of tickets: the form of a new one, the page of one that is there. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, take } from "./client";

export interface Form {
  process?: string;
  type?: string;
  audience?: "agent" | "requester";
}

/** The form for a new ticket; what was shown before stays until another one has come. */
export const formLayoutQuery = (form: Form) =>
  queryOptions({
    queryKey: ["layout", "form", form],
    queryFn: () => take(api.GET("/api/v1/layout", { params: { query: { ...form, purpose: "create" } } })),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

export const ticketLayoutQuery = (number: string) =>
  queryOptions({
    queryKey: ["layout", number],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/layout", { params: { path: { ticket: number } } })),
  });
