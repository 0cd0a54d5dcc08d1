import { describe, expect, it } from "vitest";

import { read, write } from "./spans";

describe("a length of time", () => {
  it.each(["PT45M", "PT4H", "P5D", "1 business day", "2 business days", "end of business day 2"])("%s is written as it was read", (text) => {
    const span = read(text);
    expect(span && write(span)).toBe(text);
  });
  it.each([
    ["PT1H30M", { count: 90, unit: "M" }],
    ["P1DT2H", { count: 26, unit: "H" }],
    ["P2W", { count: 14, unit: "D" }],
  ])("%s is counted in the largest unit that holds it whole", (text, span) => expect(read(text)).toEqual(span));
  it.each(["", "P", "PT", "soon", "P1Y"])("%j is none", (text) => expect(read(text)).toBeNull());
});
