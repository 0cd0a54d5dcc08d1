import { expect, it } from "vitest";

import { type Condition, written } from "./filters";

const condition = (field: Condition["field"], value: string, not = false): Condition => ({ field, value, not });

it.each([
  [[], ""],
  [[condition("state", " ")], ""],
  [[condition("state", "open")], 'state = "open"'],
  [[condition("priority", "low", true), condition("breached", "true")], 'priority != "low" AND breached = true'],
  [[condition("assignee", "null")], "assignee = null"],
  [[condition("tags", "vpn", true)], 'NOT tags:"vpn"'],
  [[condition("title", 'a" OR open = true OR title = "')], 'title:"a\\" OR open = true OR title = \\""'],
])("%j is written as %s", (conditions, expected) => expect(written(conditions)).toBe(expected));
