/** Changes as they are planned: the plan of one, those of a time or a release, and the times that are kept free of them. */
import { queryOptions } from "@tanstack/react-query";

import { api, ifMatch, onceKey, type Schemas, take } from "./client";
import { whole } from "./paging";

export type Change = Schemas["Change"];
export type Plan = Schemas["ChangePlan"];
export type Freeze = Schemas["Freeze"];
export type Template = Schemas["Template"];

export const changeQuery = (ticket: string) =>
  queryOptions({
    queryKey: ["change", ticket],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/change", { params: { path: { ticket } } })),
  });

export const keepPlan = (ticket: string, version: number, body: Plan) =>
  take(api.PUT("/api/v1/tickets/{ticket}/change", { params: { path: { ticket }, header: ifMatch(version) }, body }));

export const riskQuestionsQuery = queryOptions({
  queryKey: ["risk-questions"],
  queryFn: () => take(api.GET("/api/v1/changes/risk-questions")),
  staleTime: Infinity,
});

// These lists are read anew with the lists of tickets: their keys begin as those do.

/** The changes that are planned for a time, from a moment until another. */
export const plannedQuery = (from: string, until: string) =>
  queryOptions({
    queryKey: ["tickets", "planned", from, until],
    queryFn: () => whole(({ params: { query } }) => take(api.GET("/api/v1/changes", { params: { query: { ...query, from, until } } }))),
  });

/** The changes that go together. */
export const releaseQuery = (release: string) =>
  queryOptions({
    queryKey: ["tickets", "release", release],
    queryFn: () => whole(({ params: { query } }) => take(api.GET("/api/v1/changes", { params: { query: { ...query, release } } }))),
    enabled: release !== "",
  });

export const freezesQuery = queryOptions({
  queryKey: ["freezes"],
  queryFn: () => whole((page) => take(api.GET("/api/v1/changes/freezes", page))),
});

export const templatesQuery = queryOptions({
  queryKey: ["change-templates"],
  queryFn: () => whole((page) => take(api.GET("/api/v1/changes/templates", page))),
});

export const makeStandardChange = (template: string, body: Schemas["NewStandardChange"]) =>
  take(api.POST("/api/v1/changes/templates/{template}/changes", { params: { path: { template }, header: onceKey() }, body }));
