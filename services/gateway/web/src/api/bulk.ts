/** The same done to many tickets: a job of the desk's, which goes on whoever closes the page. */
import { queryOptions } from "@tanstack/react-query";

import { api, onceKey, type Schemas, take } from "./client";

const LOOK_EVERY_MILLISECONDS = 700;

export const startBulk = (body: Schemas["Bulk"]) =>
  take(api.POST("/api/v1/tickets/bulk", { params: { header: onceKey() }, body }));

export const cancelBulk = (job: string) => take(api.DELETE("/api/v1/tickets/bulk/{job}", { params: { path: { job } } }));

/** Takes back what a job has done, by a job of its own; what has changed since stays. */
export const undoBulk = (job: string) => take(api.POST("/api/v1/tickets/bulk/{job}/undo", { params: { path: { job }, header: onceKey() } }));

/** Whether a job has ended, one way or the other; until then it runs, or waits for others. */
export const isOver = (job: Schemas["BulkJob"]) => job.state === "done" || job.state === "cancelled";

/** How far a job is; asked again and again until it has ended. */
export const jobQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job],
    queryFn: () => take(api.GET("/api/v1/tickets/bulk/{job}", { params: { path: { job }, query: { page_size: 1 } } })),
    refetchInterval: ({ state }) => (!state.data || isOver(state.data) ? false : LOOK_EVERY_MILLISECONDS),
    retry: false,
  });

/** What became of each ticket that a job did not do, from all its pages. */
export async function failures(job: string): Promise<Schemas["BulkResult"][]> {
  const found: Schemas["BulkResult"][] = [];
  let page_token = "";
  do {
    const query = { page_size: 200, ...(page_token && { page_token }) };
    const page = await take(api.GET("/api/v1/tickets/bulk/{job}", { params: { path: { job }, query } }));
    found.push(...page.items.filter((one) => one.state === "failed"));
    page_token = page.next_page_token;
  } while (page_token);
  return found;
}
