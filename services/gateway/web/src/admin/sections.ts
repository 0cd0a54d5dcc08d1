/** What is configured in lists and forms: for each kind of thing its path in the API, its columns and its fields. */
import type { IconName } from "../shared/icons";

export interface Input {
  name: string;
  /** `data` is a structure, written as JSON; `tags` is a list of texts. */
  kind: "line" | "text" | "number" | "switch" | "choice" | "tags" | "data";
  required?: true;
  /** Asked for when something is made, or when it is changed; without it both. */
  when?: "new" | "kept";
  choices?: readonly string[];
}

export interface Section {
  name: "queues" | "fields" | "rules" | "policies" | "calendars" | "macros" | "views" | "users" | "teams";
  icon: IconName;
  path: string;
  columns: readonly string[];
  inputs: readonly Input[];
  removable?: true;
  /** What shows its effect before it is kept. */
  trial?: "rule" | "policy" | "field";
}

const NAME: Input = { name: "name", kind: "line", required: true };
const SLUG: Input = { name: "slug", kind: "line", when: "new" };
const DESCRIPTION: Input = { name: "description", kind: "text" };
const ACTIVE: Input = { name: "active", kind: "switch", when: "kept" };
const SHARED: Input = { name: "shared_with", kind: "data" };
const CONDITION: Input = { name: "condition", kind: "text" };
const ORDER: Input = { name: "order", kind: "number", required: true };

const FIELD_TYPES = ["text", "number", "date", "choice", "choices", "tree", "checkbox", "person", "ci", "money", "url"] as const;

export const SECTIONS: readonly Section[] = [
  {
    name: "fields", icon: "list", path: "/api/v1/fields", columns: ["name", "slug", "type", "required", "active"], removable: true, trial: "field",
    inputs: [
      NAME, SLUG, { name: "type", kind: "choice", choices: FIELD_TYPES, required: true, when: "new" }, DESCRIPTION,
      { name: "choices", kind: "tags" }, { name: "required", kind: "switch" }, { name: "required_when", kind: "line" }, { name: "shown_when", kind: "line" },
      { name: "dependent_choices", kind: "data" }, { name: "processes", kind: "tags" }, { name: "types", kind: "tags" }, ACTIVE,
    ],
  },
  {
    name: "queues", icon: "inbox", path: "/api/v1/queues", columns: ["name", "process", "team", "is_default", "active"],
    inputs: [
      NAME, SLUG, { name: "process", kind: "line", when: "new" }, { name: "team", kind: "line" }, { name: "confidential", kind: "switch" },
      { name: "is_default", kind: "switch" }, ACTIVE,
    ],
  },
  {
    name: "rules", icon: "flow", path: "/api/v1/rules", columns: ["name", "on", "order", "active", "stopped_reason"], removable: true, trial: "rule",
    inputs: [
      NAME, DESCRIPTION, { name: "on", kind: "tags" }, { name: "after", kind: "line" }, CONDITION, { name: "actions", kind: "data", required: true },
      ORDER, { name: "stop", kind: "switch" }, { name: "active", kind: "switch" },
    ],
  },
  {
    name: "policies", icon: "clock", path: "/api/v1/sla/policies", columns: ["name", "kind", "order", "condition", "active"], removable: true, trial: "policy",
    inputs: [
      NAME, { name: "kind", kind: "choice", choices: ["sla", "ola", "uc"], required: true, when: "new" }, ORDER, CONDITION,
      { name: "calendar_id", kind: "line", required: true }, { name: "targets", kind: "data", required: true }, { name: "pause_states", kind: "tags" },
      { name: "pause_when", kind: "line" }, { name: "warnings", kind: "tags" }, { name: "escalations", kind: "data" }, { name: "active", kind: "switch" },
    ],
  },
  {
    name: "calendars", icon: "calendar", path: "/api/v1/sla/calendars", columns: ["name", "time_zone", "holiday_country"], removable: true,
    inputs: [
      NAME, { name: "time_zone", kind: "line", required: true }, { name: "hours", kind: "data", required: true }, { name: "holidays", kind: "data" },
      { name: "holiday_country", kind: "line" }, { name: "holiday_subdivision", kind: "line" }, { name: "days", kind: "data" }, { name: "effective_from", kind: "line" },
    ],
  },
  {
    name: "macros", icon: "send", path: "/api/v1/macros", columns: ["name", "description", "owner"], removable: true,
    inputs: [NAME, DESCRIPTION, { name: "actions", kind: "data", required: true }, SHARED],
  },
  {
    name: "views", icon: "filter", path: "/api/v1/views", columns: ["name", "filter", "owner"], removable: true,
    inputs: [NAME, { name: "filter", kind: "text" }, { name: "q", kind: "line" }, { name: "columns", kind: "tags" }, { name: "order_by", kind: "line" }, SHARED],
  },
  {
    name: "users", icon: "user", path: "/api/v1/users", columns: ["name", "email", "roles", "teams", "active"],
    inputs: [
      NAME, { name: "email", kind: "line", required: true }, { name: "password", kind: "line", when: "new" }, { name: "language", kind: "line" },
      { name: "time_zone", kind: "line" }, { name: "phone", kind: "line" }, { name: "roles", kind: "data" }, { name: "teams", kind: "tags" },
      { name: "organizations", kind: "tags" }, { name: "manager", kind: "line" }, ACTIVE,
    ],
  },
  {
    name: "teams", icon: "users", path: "/api/v1/teams", columns: ["name", "slug", "description"],
    inputs: [NAME, SLUG, DESCRIPTION, { name: "members", kind: "tags" }],
  },
];

export type Kept = { id: string; version: number } & Record<string, unknown>;
export type Written = Record<string, string | number | boolean | string[]>;

/** A reference as the API takes it: by its key. */
function key(value: unknown): string {
  if (typeof value === "object" && value !== null && "key" in value) return String(value.key);
  return value === null || value === undefined ? "" : String(value);
}

/** What a form shows of a thing. */
export function written(input: Input, kept: Kept | null): Written[string] {
  const value = kept?.[input.name];
  switch (input.kind) {
    case "switch":
      return value === true;
    case "number":
      return typeof value === "number" ? value : "";
    case "tags":
      return Array.isArray(value) ? value.map(key) : [];
    case "data":
      return value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
    default:
      return key(value);
  }
}

/** What a form says, as the API takes it; only what differs from `kept`. Fails with a SyntaxError that names the field. */
export function body(section: Section, form: Written, kept: Kept | null): Record<string, unknown> {
  const said: Record<string, unknown> = {};
  for (const input of section.inputs) {
    const value = form[input.name];
    if (value === undefined || input.when === (kept ? "new" : "kept")) continue;
    if (JSON.stringify(value) === JSON.stringify(written(input, kept))) continue;
    said[input.name] = value === "" ? null : input.kind === "data" ? parsed(input.name, String(value)) : value;
  }
  return said;
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError(name);
  }
}

/** The whole of a thing as if it were new: what trials are given. */
export function whole(section: Section, form: Written): Record<string, unknown> {
  return body(section, form, null);
}
