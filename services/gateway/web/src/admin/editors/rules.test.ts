import { describe, expect, it } from "vitest";

import { read, write } from "./rules";

describe("a recurrence rule", () => {
  it.each(["FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY;COUNT=3"])("%s is written as it was read", (rule) => {
    const read_ = read(rule);
    expect(read_ && write(read_)).toBe(rule);
  });
  it.each(["", "FREQ=HOURLY", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=DAILY;UNTIL=20270101", "FREQ=MONTHLY;BYMONTHDAY=1,15"])("%j is written as a text", (rule) => expect(read(rule)).toBeNull());
  it("forgets what another frequency had", () => {
    expect(write({ frequency: "DAILY", interval: 1, weekdays: ["MO"], monthDay: 3, count: 0 })).toBe("FREQ=DAILY");
  });
});
