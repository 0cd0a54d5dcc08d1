import { expect, it } from "vitest";

import { parseSearch, stringifySearch } from "./search-words";

it.each([
  ["?view=all&q=41608e50", { view: "all", q: "41608e50" }],
  ["?q=007", { q: "007" }],
  ["?q=true", { q: "true" }],
  ["?q=a+%26+b", { q: "a & b" }],
  ["", {}],
])("%s is read as it stands, and written as it was", (search, words) => {
  expect(parseSearch(search)).toEqual(words);
  expect(stringifySearch(words)).toBe(search);
});

it("leaves out what is not said", () => expect(stringifySearch({ q: undefined, view: "all" })).toBe("?view=all"));
