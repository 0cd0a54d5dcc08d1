/** What incidents without a problem have in common: they may have one cause. */
import { queryOptions } from "@tanstack/react-query";

import { api, onceKey, type Schemas, take } from "./client";

export type Candidate = Schemas["ProblemCandidate"];

export interface CandidatesAsked {
  window_days: number;
  threshold: number;
  dismissed: boolean;
}

export const candidatesQuery = (asked: CandidatesAsked) =>
  queryOptions({
    // Read anew with the lists of tickets: each new incident may be one more.
    queryKey: ["tickets", "candidates", asked],
    queryFn: ({ signal }) => take(api.GET("/api/v1/problems/candidates", { params: { query: { ...asked } }, signal })),
  });

const MOST_NAMED = 200;

/** The organisations, for their names; whoever may not list them does without. */
export const organizationsQuery = queryOptions({
  queryKey: ["organizations"],
  queryFn: () => take(api.GET("/api/v1/organizations", { params: { query: { page_size: MOST_NAMED } } })),
  staleTime: 5 * 60_000,
  retry: false,
});

/** Makes a problem of what was found under the same question. */
export const makeProblem = (key: string, { window_days, threshold }: CandidatesAsked, title: string, headers: Record<string, string> = onceKey()) =>
  take(api.POST("/api/v1/problems/candidates/{key}/problem", { params: { path: { key }, header: headers }, body: { title, description: "", window_days, threshold } }));

export const dismissCandidate = (key: string, reason: string) =>
  take(api.PUT("/api/v1/problems/candidates/{key}/dismissal", { params: { path: { key } }, body: { reason } }));

export const recallCandidate = (key: string) => take(api.DELETE("/api/v1/problems/candidates/{key}/dismissal", { params: { path: { key } } }));
