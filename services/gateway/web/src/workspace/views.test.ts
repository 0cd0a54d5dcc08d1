import { describe, expect, it } from "vitest";

import { quoted } from "../api/quoted";
import { wanted } from "./views";

describe("what a list asks for", () => {
  it("puts the person into their own view", () => {
    expect(wanted({ view: "mine" }, "me-1").filter).toBe('assignee = "me-1" AND open = true');
  });
  it("holds a filter together beside a view", () => {
    expect(wanted({ view: "open", filter: "a = 1 OR b = 2" }, "me").filter).toBe("open = true AND (a = 1 OR b = 2)");
  });
  it("takes a queue's name as a text, whatever is in it", () => {
    expect(wanted({ queue: 'a" OR open = true' }, "me").filter).toBe('queue = "a\\" OR open = true" AND open = true');
  });
  it("asks for everything without a filter", () => expect(wanted({ view: "all" }, "me")).not.toHaveProperty("filter"));
  it("escapes what ends a text", () => expect(quoted('\\"')).toBe('"\\\\\\""'));
});
