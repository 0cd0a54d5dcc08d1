/** How many tickets there are, in saved views and under filters. Kept apart from the questions that the portal asks too. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, type Schemas, take } from "./client";

/** How many tickets each saved view holds; read anew as tickets change, though not as often as lists. */
export const viewCountsQuery = queryOptions({
  queryKey: ["counts", "views"],
  queryFn: () => take(api.GET("/api/v1/views/counts", {})),
  staleTime: 10_000,
});

export type Count = Schemas["TicketCount"];

/** As many filters as one question counts. */
const COUNTED_AT_ONCE = 50;

/** How many tickets each of some filters takes, by the name of each, counted up to a bound. */
export const countsQuery = (filters: Readonly<Record<string, string>>, upTo = 1_000) =>
  queryOptions({
    queryKey: ["counts", "filters", upTo, filters],
    queryFn: async ({ signal }): Promise<Record<string, Count>> => {
      const asked = Object.entries(filters);
      const parts = Array.from({ length: Math.ceil(asked.length / COUNTED_AT_ONCE) }, (_, part) => asked.slice(part * COUNTED_AT_ONCE, (part + 1) * COUNTED_AT_ONCE));
      const counted = await Promise.all(
        parts.map(async (part) => {
          const query = { filter: part.map(([, filter]) => filter), up_to: upTo };
          const answer = await take(api.GET("/api/v1/tickets/counts", { params: { query }, signal }));
          return part.flatMap(([name], place) => answer.items.slice(place, place + 1).map((count) => [name, count] as const));
        }),
      );
      return Object.fromEntries(counted.flat());
    },
    // What is still being counted anew keeps its number.
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
