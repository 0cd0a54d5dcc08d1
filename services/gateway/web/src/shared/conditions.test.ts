import { expect, it } from "vitest";

import { holds } from "./conditions";

const laptop = { "fields.kind": "laptop", "fields.count": 3, "fields.parts": ["screen", "dock"], "fields.urgent": true, state: "open" };

it.each([
  ["", true],
  ['fields.kind = "laptop"', true],
  ['fields.kind != "laptop"', false],
  ['fields.missing != "laptop"', true],
  ["fields.missing = null AND fields.kind != null", true],
  ["fields.kind:*", true],
  ["fields.missing:*", false],
  ["NOT fields.missing:*", true],
  ['-(state = open OR state = "new")', false],
  // OR binds tighter than AND.
  ['state = "new" AND state = "open" OR fields.count = 3', false],
  ['state = "open" AND (state = "new" AND state = "open" OR fields.count = 3)', false],
  ["state = open fields.count >= 3", true],
  ["fields.count > 3", false],
  ["fields.count <= 2", false],
  ["fields.count < 10", true],
  ["fields.parts:dock", true],
  ["fields.parts:mouse", false],
  ["fields.urgent = true", true],
  ['fields.kind = "lap*"', true],
  ['fields.kind = "*top"', true],
  ['fields.kind = "*pto*"', true],
  ["fields.kind:APT", true],
  [`fields.kind = 'it\\'s'`, false],
])("%s is %s", (condition, answer) => expect(holds(condition, laptop)).toBe(answer));

it.each(["fields.kind =", "AND", "(state = open", "state = open)", '= "laptop"', "state", "state = ="])(
  "%s is no condition",
  (condition) => expect(holds(condition, laptop)).toBeNull(),
);
