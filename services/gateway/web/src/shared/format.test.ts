import { describe, expect, it } from "vitest";

import { localMoment, momentOf, relative, seconds, span, spoken, workTime } from "./format";

describe("a duration", () => {
  it.each([
    ["PT4H", 14_400],
    ["PT0S", 0],
    ["-PT11H19M", -40_740],
    ["P1DT30M", 88_200],
    ["PT1.5S", 1.5],
  ])("%s has %d seconds", (duration, expected) => expect(seconds(duration)).toBe(expected));
  it.each(["", "P", "PT", "4H", "PT4X"])("%s is none", (duration) => expect(seconds(duration)).toBeNaN());
  it.each([
    [59, "en", "0 min"],
    [8_100, "en", "2 hr 15 min"],
    [7_200, "en", "2 hr"],
    [-90_000, "en", "1 day 1 hr"],
  ])("of %d seconds is read in %s as %s", (total, language, expected) => {
    expect(span(total, language).replaceAll("\u00a0", " ")).toBe(expected);
  });
});

describe("work", () => {
  it.each([
    [0, "0 min"],
    [45, "45 min"],
    [120, "2 hr"],
    [3_075, "51 hr 15 min"],
  ])("of %d minutes is read as %s", (minutes, expected) => expect(workTime(minutes, "en").replaceAll("\u00a0", " ")).toBe(expected));
});

describe("a moment", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  it.each([
    ["2026-11-22T11:59:40Z", 0, "minute"],
    ["2026-11-22T11:55:00Z", -5, "minute"],
    ["2026-11-23T12:00:00Z", 1, "day"],
    ["2025-10-22T12:00:00Z", -1, "year"],
  ] as const)("%s is read as %d %s", (moment, count, unit) => {
    const read = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
    expect(relative(moment, now, "en")).toBe(read.format(count, unit));
  });
});

it("a tenant's own state is read as it is written", () => expect(spoken("waiting_for-parts")).toBe("Waiting for parts"));

describe("a time on the clocks of a zone", () => {
  it.each([
    ["2026-03-28T09:30", "Europe/Warsaw", "2026-03-28T08:30:00.000Z"],
    ["2026-03-29T03:30", "Europe/Warsaw", "2026-03-29T01:30:00.000Z"],
    ["2026-03-08T01:30", "America/New_York", "2026-03-08T06:30:00.000Z"],
    ["2026-03-08T03:30", "America/New_York", "2026-03-08T07:30:00.000Z"],
    ["2026-11-01T02:30", "America/New_York", "2026-11-01T07:30:00.000Z"],
    ["2026-06-01T00:00", "Asia/Kolkata", "2026-05-31T18:30:00.000Z"],
  ])("%s in %s is %s, and back", (local, zone, moment) => {
    expect(momentOf(local, zone)).toBe(moment);
    expect(localMoment(moment, zone)).toBe(local);
  });
});
