/** What the screens change. Each write has a key of its own, so that a repetition does it once. */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import { api, asMe, ifMatch, onceKey, type Schemas, take, type Ticket } from "./client";
import { problemOf } from "./problem";

/** What belongs to one ticket and is asked for by its number. */
export const TICKET_PARTS = [
  "ticket", "comments", "history", "moves", "clocks", "attachments", "approvals", "order",
  "links", "children", "time", "routing", "major", "drafts", "layout", "article_of", "change",
];

export async function readAnew(queries: QueryClient, number: string): Promise<void> {
  await Promise.all([
    ...TICKET_PARTS.map((part) => queries.invalidateQueries({ queryKey: [part, number] })),
    queries.invalidateQueries({ queryKey: ["tickets"] }),
  ]);
}

/** Does something to a ticket, then reads anew what is shown of it. */
export function useAct(number: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSettled: () => readAnew(queries, number),
  });
}

/** The same key until the write has succeeded: whoever presses again after a lost answer does not write twice. */
export function useOnce(): { headers: () => Record<string, string>; done: () => void } {
  const key = useRef<Record<string, string> | null>(null);
  return {
    headers: () => (key.current ??= onceKey()),
    done: () => {
      key.current = null;
    },
  };
}

const path = (ticket: Ticket) => ({ ticket: ticket.number });

/** Changes fields of a ticket; fails with 412 where somebody else was faster. */
export function useChange(ticket: Ticket) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: { body: Schemas["TicketPatch"]; version: number }) =>
      take(
        api.PATCH("/api/v1/tickets/{ticket}", {
          params: { path: path(ticket), header: ifMatch(change.version) },
          body: change.body,
        }),
      ),
    onSuccess: (changed) => queries.setQueryData(["ticket", ticket.number], changed),
    onSettled: () => readAnew(queries, ticket.number),
  });
}

export function useAssign(ticket: Ticket) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: { body: Schemas["Assignment"]; version: number }) =>
      take(
        api.PUT("/api/v1/tickets/{ticket}/assignment", {
          params: { path: path(ticket), header: ifMatch(change.version) },
          body: change.body,
        }),
      ),
    onSuccess: (changed) => queries.setQueryData(["ticket", ticket.number], changed),
    onSettled: () => readAnew(queries, ticket.number),
  });
}

/** Gives a ticket to somebody, or to nobody; fails with 412 where somebody else was faster. */
export const giveTicket = (number: string, assignee: string | null, version: number) =>
  take(api.PUT("/api/v1/tickets/{ticket}/assignment", { params: { path: { ticket: number }, header: ifMatch(version) }, body: { assignee } }));

export function useMove(ticket: Ticket) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["Move"]) =>
      take(
        api.POST("/api/v1/tickets/{ticket}/transitions", {
          params: { path: path(ticket), header: ifMatch(ticket.version) },
          body,
        }),
      ),
    onSettled: () => readAnew(queries, ticket.number),
  });
}

/** Sends a file and gives its id. */
export async function sendFile(number: string, file: File): Promise<string> {
  const body = new FormData();
  body.append("file", file);
  const answer = await asMe(new Request(`/api/v1/tickets/${number}/attachments`, { method: "POST", body, headers: onceKey() }));
  const said: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw problemOf(answer.status, said);
  return (said as { id: string }).id;
}

export interface NewComment {
  body: string;
  format: "text" | "markdown";
  visibility: "public" | "internal";
  files: File[];
}

export function useComment(ticket: Ticket) {
  const queries = useQueryClient();
  const once = useOnce();
  const sent = useRef(new Map<File, string>());
  return useMutation({
    mutationFn: async ({ body, format, visibility, files }: NewComment) => {
      // A file that has arrived stays so when the comment has to be sent again.
      for (const file of files) {
        if (!sent.current.has(file)) sent.current.set(file, await sendFile(ticket.number, file));
      }
      const attachment_ids = files.map((file) => sent.current.get(file) ?? "");
      return take(
        api.POST("/api/v1/tickets/{ticket}/comments", {
          params: { path: path(ticket), header: once.headers() },
          body: { body, format, visibility, attachment_ids },
        }),
      );
    },
    onSuccess: () => {
      once.done();
      sent.current.clear();
    },
    onSettled: () => readAnew(queries, ticket.number),
  });
}

export function useCreateTicket() {
  const queries = useQueryClient();
  const once = useOnce();
  return useMutation({
    mutationFn: (body: Schemas["NewTicket"]) =>
      take(api.POST("/api/v1/tickets", { params: { header: once.headers() }, body })),
    onSuccess: (made) => {
      once.done();
      queries.setQueryData(["ticket", made.number], made);
      return queries.invalidateQueries({ queryKey: ["tickets"] });
    },
  });
}
