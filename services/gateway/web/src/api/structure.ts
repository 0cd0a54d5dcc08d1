/** What tickets are sorted by: queues, processes, types, teams. */
import { queryOptions } from "@tanstack/react-query";

import { api, take } from "./client";
import { whole, WHOLE } from "./paging";

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

export const teamsQuery = queryOptions({
  queryKey: ["teams"],
  queryFn: () => whole((page) => take(api.GET("/api/v1/teams", page))),
  staleTime: 60_000,
});
