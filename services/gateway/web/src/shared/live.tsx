/** Keeps what is shown up to date: an event says what changed, and what is shown of it is read anew. */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { Ticket } from "../api/client";
import { TICKET_PARTS } from "../api/changes";
import { listen } from "../api/live";

const TICKET = "/api/v1/tickets/";
/** What many tickets are read for is read anew this soon after one has changed, in milliseconds. */
const SOON = 500;
/** Lists are read anew at most so often, however much happens; counts, which cost the desk more, less often. */
const LISTS_EVERY = 2_000;
const COUNTS_EVERY = 10_000;

/** Has a kind of query read anew soon, and not before `every` milliseconds have passed since the last time. */
function atMostEvery(every: number, queries: QueryClient, kind: string) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  return {
    soon(): void {
      timer ??= setTimeout(() => {
        timer = undefined;
        last = Date.now();
        void queries.invalidateQueries({ queryKey: [kind] });
      }, Math.max(SOON, last + every - Date.now()));
    },
    stop: (): void => clearTimeout(timer),
  };
}

function numberOf(queries: QueryClient, id: string): string | undefined {
  return queries
    .getQueriesData<Ticket>({ queryKey: ["ticket"] })
    .map(([, ticket]) => ticket)
    .find((ticket) => ticket?.id === id)?.number;
}

/** Listens while the component is shown. Gives whether the line is open; null before that is known. */
export function useLive(): boolean | null {
  const queries = useQueryClient();
  const [open, setOpen] = useState<boolean | null>(null);
  useEffect(() => {
    const lists = atMostEvery(LISTS_EVERY, queries, "tickets");
    const counts = atMostEvery(COUNTS_EVERY, queries, "counts");
    const stop = listen((happening) => {
      if (happening.event === "reset") {
        void queries.invalidateQueries();
        return;
      }
      if (!happening.resource.startsWith(TICKET)) return;
      const [id = "", part] = happening.resource.slice(TICKET.length).split("/");
      const number = numberOf(queries, id);
      if (part === "presence") {
        if (number) void queries.invalidateQueries({ queryKey: ["presence", number] });
        return;
      }
      if (number) {
        for (const shown of TICKET_PARTS) void queries.invalidateQueries({ queryKey: [shown, number] });
      }
      lists.soon();
      counts.soon();
    }, setOpen);
    return () => {
      lists.stop();
      counts.stop();
      stop();
    };
  }, [queries]);
  return open;
}
