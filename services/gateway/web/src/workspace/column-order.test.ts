import { expect, it } from "vitest";

import { grid, moved, pressed, way } from "./column-order";

it("a column moves by one place and no further", () => {
  expect(moved(["state", "queue", "team"], 1, -1)).toEqual(["queue", "state", "team"]);
  expect(moved(["state", "queue", "team"], 1, 1)).toEqual(["state", "team", "queue"]);
});

it("pressing the head of a column orders by it, pressing again turns it round", () => {
  expect(pressed("updated_at desc", "due_at")).toBe("due_at asc");
  expect(pressed("due_at asc", "due_at")).toBe("due_at desc");
  expect(pressed("due_at", "due_at")).toBe("due_at desc");
  expect(way("due_at desc", "due_at")).toBe("desc");
  expect(way("number", "number")).toBe("asc");
  expect(way("number", "due_at")).toBeNull();
});

it("a row has a cell for each column", () => {
  expect(grid(["state", "queue"])).toBe("1.25rem 5.5rem minmax(10rem, 1fr) 9rem 9rem");
});
