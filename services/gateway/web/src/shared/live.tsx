/** Keeps what is shown up to date: an event says what changed, and what is shown of it is read anew. */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import type { Ticket } from "../api/client";
import { TICKET_PARTS } from "../api/changes";
import { listen } from "../api/live";

const TICKET = "/api/v1/tickets/";
/** Lists are read anew at most so often, however much happens. */
const LISTS_EVERY = 2_000;

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
    let lists: ReturnType<typeof setTimeout> | undefined;
    function listsSoon(): void {
      lists ??= setTimeout(() => {
        lists = undefined;
        void queries.invalidateQueries({ queryKey: ["tickets"] });
      }, LISTS_EVERY);
    }
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
      listsSoon();
    }, setOpen);
    return () => {
      clearTimeout(lists);
      stop();
    };
  }, [queries]);
  return open;
}
