import { describe, expect, it } from "vitest";

import { handleAt, handleOf, meant, withHandle } from "./handles";

const ANNA = { name: "Anna Nowak", email: "anna@acme.example" };
const OTHER_ANNA = { name: "Anna Kos", email: "Anna@globex.example" };
const ADAM = { name: "Adam Annan", email: "adam@acme.example" };

describe("an @ that is being typed", () => {
  it.each([
    ["@an", 3, { start: 0, typed: "an" }],
    ["Ask @anna@ac", 12, { start: 4, typed: "anna@ac" }],
    ["(@", 2, { start: 1, typed: "" }],
  ])("is found in %s", (text, caret, found) => expect(handleAt(text, caret)).toEqual(found));
  it.each([["anna@acme", 9], ["@anna is", 8], ["nothing", 3]])("is none in %s", (text, caret) => expect(handleAt(text, caret)).toBeNull());
});

it("a handle takes the place of what was typed", () => {
  expect(withHandle("Ask @an please", 7, "anna")).toEqual({ text: "Ask @anna please", caret: 10 });
  expect(withHandle("no handle", 9, "anna")).toEqual({ text: "no handle", caret: 9 });
});

it("two who share a name before the at are named by their whole address", () => {
  expect(handleOf(ANNA, [ANNA, ADAM])).toBe("anna");
  expect(handleOf(ANNA, [ANNA, OTHER_ANNA])).toBe("anna@acme.example");
});

it("people are meant by the beginning of any of their names", () => {
  expect(meant("ann", [ANNA, ADAM])).toEqual([ANNA, ADAM]);
  expect(meant("now", [ANNA, ADAM])).toEqual([ANNA]);
  expect(meant("zed", [ANNA, ADAM])).toEqual([]);
});
