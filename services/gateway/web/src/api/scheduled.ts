/** Tickets that are made at a moment to come. */
import { queryOptions } from "@tanstack/react-query";

import { api, onceKey, type Schemas, take } from "./client";

export type Scheduled = Schemas["ScheduledTicket"];

const MOST_SHOWN = 200;

/** What I have scheduled, the latest first: all that wait are on the first page, for the desk lets fewer wait. */
export const scheduledQuery = queryOptions({
  // Read anew with the lists of tickets: what waited may be one by now.
  queryKey: ["tickets", "scheduled"],
  queryFn: () => take(api.GET("/api/v1/scheduled-tickets", { params: { query: { page_size: MOST_SHOWN } } })),
});

export const schedule = (body: Schemas["NewScheduledTicket"], headers: Record<string, string> = onceKey()) =>
  take(api.POST("/api/v1/scheduled-tickets", { params: { header: headers }, body }));

export const unschedule = (scheduled: string) => take(api.DELETE("/api/v1/scheduled-tickets/{scheduled}", { params: { path: { scheduled } } }));

/** What schedules once more what was taken back: references by their keys, and only what was said. */
export function saidAgain({ not_before, template }: Scheduled): Schemas["NewScheduledTicket"] {
  const { process, queue, team, requester, assignee, ...others } = template;
  const said = { ...others, process: process?.key, queue: queue?.key, team: team?.key, requester: requester?.email, assignee: assignee?.email, not_before };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value != null)) as Schemas["NewScheduledTicket"];
}
