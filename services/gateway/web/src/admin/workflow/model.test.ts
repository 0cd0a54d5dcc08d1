import { describe, expect, it } from "vitest";

import { type Definition, faultsAt, freeSlug, goneStates, layout, placeOf, withoutState } from "./model";

const FLOW: Definition = {
  initial: "new",
  states: ["new", "open", "closed", "lost"].map((slug) => ({ slug, name: slug, category: "active" })),
  moves: [
    { from: "new", to: "open", name: "Start" },
    { from: "open", to: "closed", name: "Close" },
    { from: "new", to: "closed", name: "Close" },
  ],
  automatic: [
    { on: "assigned", from: ["new", "open"], to: "open" },
    { after: "P5D", from: ["open"], to: "closed" },
  ],
};

describe("the canvas", () => {
  const rows = (flow: Definition) => Object.entries(layout(flow)).sort(([, one], [, other]) => one.y - other.y).map(([slug]) => slug);
  it("sets each state a row below all that lead on to it, and what is out of reach last", () => {
    expect(rows(FLOW)).toEqual(["new", "open", "closed", "lost"]);
    expect(layout(FLOW)["new"]).toEqual({ x: 0, y: 0 });
  });
  it("takes a move to what is written earlier for one that leads back", () => {
    expect(rows({ ...FLOW, moves: [...FLOW.moves, { from: "closed", to: "open", name: "Reopen" }] })).toEqual(["new", "open", "closed", "lost"]);
  });
  it("has a place below for what is written before all that lead to it", () => {
    expect(rows({ ...FLOW, states: [...FLOW.states].reverse(), moves: [...FLOW.moves, { from: "closed", to: "lost", name: "Lose" }] })).toEqual(["new", "closed", "open", "lost"]);
  });
  it("puts no two states into one place", () => {
    const places = Object.values(layout(FLOW)).map(({ x, y }) => `${x},${y}`);
    expect(new Set(places).size).toBe(FLOW.states.length);
  });
});

describe("faults", () => {
  const fault = { field: "definition.moves[12].to", reason: "there is no state done" };
  it("are found where they are", () => {
    expect(placeOf(fault)).toEqual({ kind: "moves", place: 12 });
    expect(placeOf({ field: "definition.initial", reason: "" })).toBeNull();
    expect(faultsAt([fault], "moves", 12)).toEqual([fault]);
    expect(faultsAt([fault], "moves", 1)).toEqual([]);
    expect(faultsAt([fault], "states", 12)).toEqual([]);
  });
});

it("a new state has a slug of its own", () => {
  expect(freeSlug("Zażółć it!", FLOW.states)).toMatch(/^[a-z][a-z0-9_]*$/);
  expect(freeSlug("Open", FLOW.states)).toBe("open_2");
  expect(freeSlug("Ждёт", FLOW.states)).toBe("state");
});

it("a state goes with all that leads to it", () => {
  const { states, moves, automatic } = withoutState(FLOW, "open");
  expect(states.map((one) => one.slug)).toEqual(["new", "closed", "lost"]);
  expect(moves).toEqual([{ from: "new", to: "closed", name: "Close" }]);
  expect(automatic).toEqual([]);
});

it("states that are no more are known, renamed ones are not among them", () => {
  const after = { ...withoutState(FLOW, "open"), states: withoutState(FLOW, "open").states.map((one) => ({ ...one, name: "other" })) };
  expect(goneStates(FLOW, after).map((one) => one.slug)).toEqual(["open"]);
  expect(goneStates(FLOW, FLOW)).toEqual([]);
});
