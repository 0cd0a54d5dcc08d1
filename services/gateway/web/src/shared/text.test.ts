import { expect, it } from "vitest";

import { blocks, items } from "./text";

it("an article is parted by its empty lines, whatever ends a line", () => {
  expect(blocks("One\r\ntwo\r\n\r\n\r\nThree\n")).toEqual(["One\ntwo", "Three\n"]);
});

it("a line that begins no item goes on with the one before", () => {
  expect(items("1. One\n   goes on\n2. Two", /^\s*\d+[.)]\s+/)).toEqual(["One goes on", "Two"]);
});
