import { describe, expect, it } from "vitest";

import { quoted } from "../api/quoted";
import { offeredOrder, wanted, writtenOut } from "./views";

describe("what a list asks for", () => {
  it("puts the person into their own view", () => {
    expect(writtenOut({ view: "mine" }, "me-1", undefined).filter).toBe('assignee = "me-1" AND open = true');
  });
  it("holds a filter together beside a view", () => {
    expect(writtenOut({ view: "open", filter: "a = 1 OR b = 2" }, "me", undefined).filter).toBe("open = true AND (a = 1 OR b = 2)");
  });
  it("takes a queue's name as a text, whatever is in it", () => {
    expect(writtenOut({ queue: 'a" OR open = true' }, "me", undefined).filter).toBe('queue = "a\\" OR open = true" AND open = true');
  });
  it("asks for everything without a filter", () => expect(writtenOut({ view: "all" }, "me", undefined)).not.toHaveProperty("filter"));
  it("escapes what ends a text", () => expect(quoted('\\"')).toBe('"\\\\\\""'));

  const saved = { filter: 'queue = "network" OR open = true', q: "cable", order_by: "priority, created_at" };
  it("asks for a saved view by its id", () => expect(wanted({ saved: "v-1" }, "me", saved)).toEqual({ saved: "v-1" }));
  it("narrows and orders what a saved view holds", () => {
    expect(wanted({ saved: "v-1", q: "router", filter: "a = 1 OR b = 2" }, "me", saved)).toEqual({
      filter: '(queue = "network" OR open = true) AND (a = 1 OR b = 2)',
      q: "cable router",
      order_by: "priority, created_at",
    });
    expect(wanted({ saved: "v-1", order: "due_at asc" }, "me", saved)).toEqual({ filter: saved.filter, q: "cable", order_by: "due_at asc" });
  });
  it("names the order of a view where it is one of those offered", () => {
    expect(offeredOrder("due_at")).toBe("due_at asc");
    expect(offeredOrder("updated_at desc")).toBe("updated_at desc");
    expect(offeredOrder("priority, created_at")).toBeNull();
  });
  it("asks for nothing before it knows what it narrows", () => expect(wanted({ saved: "v-1", q: "router" }, "me", undefined)).toBeNull());
});
