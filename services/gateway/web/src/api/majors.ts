/** The major incidents that run now. */
import { queryOptions } from "@tanstack/react-query";

import { api, type Schemas, take } from "./client";

export type Major = Schemas["MajorIncident"];

const MOST_SHOWN = 200;

/** The newest first; more at once than this would be no list any more. */
export const majorsQuery = queryOptions({
  queryKey: ["tickets", "majors"],
  queryFn: () => take(api.GET("/api/v1/major-incidents", { params: { query: { page_size: MOST_SHOWN } } })),
  refetchInterval: 60_000,
});

/** The tickets of them that I see. */
export const majorTicketsQuery = queryOptions({
  queryKey: ["tickets", "majors", "tickets"],
  queryFn: () => take(api.GET("/api/v1/tickets", { params: { query: { filter: "major = true", page_size: MOST_SHOWN } } })),
});
