import { describe, expect, it } from "vitest";

import { belongs, body, form, type Input, type Kept, said, shown, whole } from "./inputs";
import { SECTIONS } from "./sections";

const inputs = (name: string) => SECTIONS.find((one) => one.name === name)?.inputs ?? [];
const queue: Kept = { id: "1", version: 3, name: "Network", slug: "network", team: { id: "9", key: "net", name: "Net" }, confidential: false, is_default: true, active: true };

describe("a form", () => {
  it("says only what was changed, references by their keys", () => {
    const filled = form(inputs("queues"), queue);
    expect(filled["team"]).toBe("net");
    expect(body(inputs("queues"), filled, queue)).toEqual({});
    expect(body(inputs("queues"), { ...filled, team: "", active: false }, queue)).toEqual({ team: null, active: false });
  });
  it("never says again what is fixed once made, nor what new things cannot have", () => {
    const filled = { ...form(inputs("queues"), queue), slug: "other" };
    expect(body(inputs("queues"), filled, queue)).toEqual({});
    expect(body(inputs("queues"), { name: "New", slug: "new", active: true }, null)).toEqual({ name: "New", slug: "new" });
  });
});

const ACTIONS: Input = {
  name: "actions", kind: "rows", inputs: [{ name: "type", kind: "choice" }],
  variants: { move: [{ name: "to", kind: "one", of: "states" }], tag: [{ name: "add", kind: "tags" }, { name: "remove", kind: "tags" }] },
};

describe("rows", () => {
  it("leave out what is empty and what another type had", () => {
    expect(said(ACTIONS, [{ type: "tag", add: ["vip"], remove: [], to: "open" }])).toEqual([{ type: "tag", add: ["vip"] }]);
  });
  it("keep what the form does not know", () => {
    const kept = [{ type: "call", url: "https://example.com" }];
    expect(said(ACTIONS, shown(ACTIONS, kept))).toEqual(kept);
  });
  it("say nothing when nothing was changed", () => {
    const kept = { actions: [{ type: "move", to: "open" }] };
    expect(body([ACTIONS], form([ACTIONS], kept), kept)).toEqual({});
  });
});

it("an empty group is nothing", () => {
  const price: Input = { name: "price", kind: "group", inputs: [{ name: "amount", kind: "line" }] };
  expect(said(price, shown(price, null))).toBeNull();
  expect(whole([price], { price: { amount: "3" } })).toEqual({ price: { amount: "3" } });
});

it("a moment is read and said in the browser's zone", () => {
  const moment: Input = { name: "at", kind: "moment" };
  expect(said(moment, shown(moment, "2026-12-24T10:30:00Z"))).toBe("2026-12-24T10:30:00.000Z");
});

it("faults are found at their places", () => {
  expect(belongs("targets[1].clock", "targets[1]")).toBe(true);
  expect(belongs("targets[11].clock", "targets[1]")).toBe(false);
  expect(belongs("pause_states", "pause")).toBe(false);
});
