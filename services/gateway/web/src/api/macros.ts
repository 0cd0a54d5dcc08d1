/** The macros that somebody may run, and what one would do to a ticket. */
import { queryOptions } from "@tanstack/react-query";

import { api, take } from "./client";
import { whole } from "./paging";

export const macrosQuery = queryOptions({
  queryKey: ["macros"],
  queryFn: () => whole((page) => take(api.GET("/api/v1/macros", page))),
  staleTime: 60_000,
});

export const macroEffectQuery = (number: string, macro: string) =>
  queryOptions({
    queryKey: ["macro", number, macro],
    queryFn: () =>
      take(api.GET("/api/v1/tickets/{ticket}/macros/{macro}", { params: { path: { ticket: number, macro } } })),
    staleTime: 0,
  });
