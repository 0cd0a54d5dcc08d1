import { describe, expect, it } from "vitest";

import words from "../shared/locales/desk.en.json";
import { reasonOf, stepOf, targetOf, whereTimeWent } from "./clock-words";

const REASONS = ["business hours", "outside business hours", "paused: pending_requester", "stopped: resolved", "holiday: Christmas: first day", "special day: Stocktaking", "before the target changed"];

describe("the reasons of a clock", () => {
  it.each(REASONS)("%s has words", (reason) => expect(words.reasons).toHaveProperty(reasonOf(reason).word));
  it("keep the name that follows", () => {
    expect(reasonOf("holiday: Christmas: first day")).toEqual({ word: "holiday", name: "Christmas: first day" });
    expect(reasonOf("business hours")).toEqual({ word: "business_hours", name: "" });
  });
});

describe("where the time went", () => {
  const part = (start: string, end: string, counted: boolean, reason: string) => ({ start: `2026-11-23T${start}Z`, end: `2026-11-23T${end}Z`, counted, reason });
  it("is told once for each reason, in their order", () => {
    const parts = [part("08:00:00", "09:00:00", true, "business hours"), part("09:00:00", "09:20:00", false, "paused: pending_requester"), part("09:20:00", "10:00:30", true, "business hours")];
    expect(whereTimeWent(parts)).toEqual([
      { counted: true, reason: "business hours", seconds: 6030 },
      { counted: false, reason: "paused: pending_requester", seconds: 1200 },
    ]);
  });
});

describe("a policy's own way of writing", () => {
  it("targets", () => {
    expect(targetOf("PT4H")).toEqual({ word: null, seconds: 14_400 });
    expect(targetOf("1 business day")).toEqual({ word: "days", count: 1 });
    expect(targetOf("12 business days")).toEqual({ word: "days", count: 12 });
    expect(targetOf("end of business day 2")).toEqual({ word: "end_of_day", count: 2 });
  });
  it("steps", () => {
    expect(stepOf("80%")).toEqual({ word: "share", share: "80%", seconds: 0 });
    expect(stepOf("PT30M")).toEqual({ word: "after_target", share: "", seconds: 1800 });
    expect(stepOf("-PT1H")).toEqual({ word: "before_target", share: "", seconds: 3600 });
  });
});
