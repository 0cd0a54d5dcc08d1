/** What sections have in common. */
import type { IconName } from "../../shared/icons";
import type { Input } from "../inputs";

/** A setting of a thing that is read by itself and replaced as a whole. */
export interface Panel {
  name: "work_profile" | "routing";
  path: (thing: { id: string }) => string;
  inputs: readonly Input[];
}

/** What belongs to a thing and is only read: what it did, what it was, who has it. */
export interface Log {
  name: "executions" | "occurrences" | "versions" | "holders" | "hours_used" | "calls";
  path: (thing: Record<string, unknown>) => string;
  columns: readonly string[];
}

/** What is done to a thing beside changing it. */
export interface Verb {
  name: "pause" | "resume" | "test" | "rotate" | "resend" | "reset_second_factor";
  path: (thing: { id: string }) => string;
  /** Without it POST. */
  method?: "DELETE";
  /** What is sent along. */
  said?: Record<string, unknown>;
  /** Only where the thing is in this state. */
  state?: string;
  /** The permission without which it is not offered, where the section's own is not enough. */
  permission?: string;
  /** Asked about once more: it cannot be undone. */
  sure?: true;
  /** The thing stays as it was, and so does its form: it is said that it was done. */
  stays?: true;
}

export type SectionName =
  | "types" | "fields" | "queues" | "processes" | "rules" | "macros" | "views" | "recurrences" | "policies" | "calendars" | "agreements"
  | "items" | "change_templates" | "freezes" | "users" | "teams" | "organizations" | "roles" | "webhooks" | "identity_providers" | "deliveries" | "inbound" | "audit";

export interface Section {
  name: SectionName;
  group: "work" | "automation" | "service_level" | "catalog" | "people" | "connections" | "records";
  icon: IconName;
  path: string;
  /** The permission without which there is nothing to see. */
  permission: string;
  columns: readonly string[];
  inputs: readonly Input[];
  removable?: true;
  /** Made and replaced as a whole under its key. */
  keyed?: true;
  /** Never made, changed or removed by people: only read. */
  read?: true;
  /** The field that names a thing, unless it is `name`. */
  title?: string;
  /** What its list can be narrowed by: a field of its filter, and the words it may have. */
  narrow?: { field: string; choices: readonly string[] };
  /** What shows its effect before it is kept. */
  trial?: "rule" | "policy" | "field" | "calendar" | "recurrence" | "identity_provider";
  panels?: readonly Panel[];
  logs?: readonly Log[];
  verbs?: readonly Verb[];
}

export const NAME: Input = { name: "name", kind: "line", required: true };
export const SLUG: Input = { name: "slug", kind: "line", when: "new" };
export const DESCRIPTION: Input = { name: "description", kind: "text" };
export const ACTIVE: Input = { name: "active", kind: "switch", when: "kept" };
export const DEFAULT: Input = { name: "is_default", kind: "switch", when: "kept" };
export const ORDER: Input = { name: "order", kind: "number", required: true };
export const PROCESS: Input = { name: "process", kind: "one", of: "processes" };
export const QUEUE: Input = { name: "queue", kind: "one", of: "queues" };
export const TYPE: Input = { name: "type", kind: "one", of: "types" };
export const TEAM: Input = { name: "team", kind: "one", of: "teams" };
export const PRIORITY: Input = { name: "priority", kind: "choice", choices: ["critical", "high", "medium", "low"], words: "priorities" };
export const ASSIGNEE: Input = { name: "assignee", kind: "one", of: "people" };
const LEVELS = ["high", "medium", "low"] as const;
export const IMPACT: Input = { name: "impact", kind: "choice", choices: LEVELS, words: "levels" };
export const URGENCY: Input = { name: "urgency", kind: "choice", choices: LEVELS, words: "levels" };
export const SHARED: Input = { name: "shared_with", kind: "group", inputs: [{ name: "everybody", kind: "switch" }, { name: "teams", kind: "many", of: "teams" }] };
export const TIME_ZONE: Input = { name: "time_zone", kind: "line", required: true };

/** Whom an approval asks, step by step. */
export const STEPS: readonly Input[] = [
  { name: "approvers", kind: "tags", required: true }, { name: "name", kind: "line" },
  { name: "mode", kind: "choice", choices: ["all", "any", "quorum"], words: "choices" }, { name: "quorum", kind: "number" },
  { name: "stage", kind: "number" }, { name: "remind_after", kind: "span" }, { name: "expires_after", kind: "span" },
];

const SAY: Input[] = [
  { name: "body", kind: "text", required: true },
  { name: "format", kind: "choice", choices: ["text", "markdown", "html"], words: "choices" },
];

/** What rules and macros do, each with the fields of its type. */
export const ACTIONS: Input = {
  name: "actions", kind: "rows", required: true,
  inputs: [{ name: "type", kind: "choice", required: true, words: "choices", choices: ["set", "tag", "assign", "move", "reply", "note", "notify", "link", "child", "approval", "watch", "webhook"] }],
  variants: {
    set: [
      { name: "values", kind: "group", inputs: [PRIORITY, IMPACT, URGENCY, TYPE, QUEUE, { name: "category", kind: "line" }] },
      { name: "fields", kind: "values" },
    ],
    tag: [{ name: "add", kind: "tags" }, { name: "remove", kind: "tags" }],
    assign: [TEAM, { name: "assignee", kind: "line" }],
    move: [{ name: "to", kind: "one", of: "states", required: true }],
    reply: SAY,
    note: SAY,
    notify: [
      { name: "roles", kind: "choices", choices: ["requester", "assignee", "team", "watchers", "supervisors"], words: "choices" },
      { name: "teams", kind: "many", of: "teams" }, { name: "people", kind: "tags" }, { name: "body", kind: "text", required: true },
    ],
    link: [
      { name: "link", kind: "line", required: true }, { name: "ticket", kind: "line", required: true },
    ],
    child: [
      { name: "title", kind: "line", required: true }, DESCRIPTION, { name: "ticket_type", kind: "one", of: "types" }, QUEUE, PRIORITY,
    ],
    approval: [NAME, { name: "steps", kind: "rows", required: true, inputs: STEPS }, { name: "own_allowed", kind: "switch" }],
    watch: [{ name: "add", kind: "tags" }, { name: "remove", kind: "tags" }],
    webhook: [{ name: "webhook", kind: "one", of: "webhooks", byId: true, required: true }, { name: "body", kind: "text" }],
  },
};
