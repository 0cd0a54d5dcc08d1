/** Numbers about tickets, counted when they are asked for. */
import { queryOptions } from "@tanstack/react-query";

import { api, type Schemas, take } from "./client";
import { keepFile } from "./files";

export type Volume = Schemas["VolumeReport"];
export type VolumeCounts = Schemas["VolumeCounts"];

export interface VolumeAsked {
  /** Days: "2026-03-02". */
  from: string;
  to: string;
  interval: string;
  by: string;
}

const AGAIN_MILLISECONDS = 5 * 60_000;

export const volumeQuery = (asked: VolumeAsked) =>
  queryOptions({
    queryKey: ["volume", asked],
    queryFn: ({ signal }) => take(api.GET("/api/v1/reports/volume", { params: { query: { ...asked } }, signal })),
    refetchInterval: AGAIN_MILLISECONDS,
  });

/** The same as a table for a spreadsheet; false where the desk refused it. */
export const keepVolume = (asked: VolumeAsked) =>
  keepFile(`/api/v1/reports/volume/export?${new URLSearchParams({ ...asked })}`, `volume-${asked.from}-${asked.to}.csv`);

export type TimeSum = Schemas["TimeSum"];

/** Those with the most minutes; more are never told. */
export const MOST_TIME_SUMS = 200;

export const timeSumsQuery = (filter: string, group_by: string) =>
  queryOptions({
    queryKey: ["time", "sums", filter, group_by],
    queryFn: ({ signal }) => take(api.GET("/api/v1/time-entries/summary", { params: { query: { filter, group_by } }, signal })),
  });

/** The entries themselves as a table for a spreadsheet; false where the desk refused it. */
export const keepTime = (filter: string) => keepFile(`/api/v1/time-entries/export?${new URLSearchParams({ filter })}`, "time-entries.csv");

export type ComplianceBy = "queue" | "team" | "policy";

export const complianceQuery = (by: ComplianceBy) =>
  queryOptions({
    queryKey: ["compliance", by],
    queryFn: () => take(api.GET("/api/v1/sla/compliance", { params: { query: { by, page_size: 50 } } })),
    refetchInterval: 60_000,
  });

export const atRiskQuery = queryOptions({
  queryKey: ["at-risk"],
  queryFn: () =>
    take(api.GET("/api/v1/sla/compliance/at-risk", { params: { query: { within: "P1D", page_size: 50 } } })),
  refetchInterval: 30_000,
});
