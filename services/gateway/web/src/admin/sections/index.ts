/** What is configured in lists and forms: for each kind of thing its path in the API, its columns and its fields. */
import type { Input } from "../inputs";
import { CONNECTIONS } from "./connections";
import { ACTIONS, ACTIVE, ASSIGNEE, DEFAULT, DESCRIPTION, IMPACT, NAME, ORDER, PRIORITY, PROCESS, QUEUE, type Section, SHARED, SLUG, STEPS, TEAM, TIME_ZONE, TYPE, URGENCY } from "./common";

export type { Log, Panel, Section, Verb } from "./common";

const CONDITION: Input = { name: "condition", kind: "condition", about: "ticket" };
const FIELD_TYPES = ["text", "number", "date", "choice", "choices", "tree", "checkbox", "person", "ci", "money", "url"] as const;
const EVENTS = ["created", "updated", "state_changed", "assigned", "commented", "approval_completed", "major_declared", "major_ended", "clock_warning", "clock_breached"] as const;
const CLOCKS = ["first_response", "next_response", "update", "time_to_own", "resolution"] as const;
const AGREED = ["sla", "ola", "uc"] as const;

const WORK: readonly Section[] = [
  {
    name: "types", group: "work", icon: "list", path: "/api/v1/ticket-types", permission: "tickets.configure", columns: ["name", "prefix", "is_default", "active"],
    inputs: [NAME, SLUG, { name: "prefix", kind: "line", required: true, when: "new" }, DEFAULT, ACTIVE],
  },
  {
    name: "fields", group: "work", icon: "list", path: "/api/v1/fields", permission: "tickets.configure", columns: ["name", "slug", "type", "required", "active"], removable: true, trial: "field",
    inputs: [
      NAME, SLUG, { name: "type", kind: "choice", choices: FIELD_TYPES, words: "choices", required: true, when: "new" }, DESCRIPTION,
      { name: "choices", kind: "tags" }, { name: "required", kind: "switch" }, { name: "required_when", kind: "condition", about: "ticket", empty: "never" },
      { name: "shown_when", kind: "condition", about: "ticket" },
      { name: "dependent_choices", kind: "group", inputs: [{ name: "field", kind: "one", of: "fields" }, { name: "choices", kind: "branches" }] },
      { name: "processes", kind: "many", of: "processes" }, { name: "types", kind: "many", of: "types" }, ACTIVE,
    ],
  },
  {
    name: "queues", group: "work", icon: "inbox", path: "/api/v1/queues", permission: "tickets.configure", columns: ["name", "process", "team", "is_default", "active"],
    inputs: [NAME, SLUG, { ...PROCESS, when: "new" }, TEAM, { name: "confidential", kind: "switch" }, { name: "is_default", kind: "switch" }, ACTIVE],
    panels: [
      {
        name: "routing", path: ({ id }) => `/api/v1/queues/${id}/routing`,
        inputs: [
          { name: "strategies", kind: "choices", choices: ["last_contact", "skill", "least_loaded", "round_robin"], words: "choices" },
          { name: "require", kind: "choices", choices: ["on_shift", "present", "capacity", "skills", "language"], words: "choices" },
          { name: "skills", kind: "rows", inputs: [{ name: "skill", kind: "line", required: true }, { name: "level", kind: "number" }, { name: "when", kind: "condition", about: "ticket" }] },
          { name: "max_open", kind: "number" }, { name: "waiting_counts", kind: "switch" },
        ],
      },
    ],
  },
  {
    name: "processes", group: "work", icon: "flow", path: "/api/v1/processes", permission: "tickets.configure", columns: ["name", "slug", "is_default", "active"],
    inputs: [NAME, SLUG, DESCRIPTION, DEFAULT, ACTIVE],
  },
];

const AUTOMATION: readonly Section[] = [
  {
    name: "rules", group: "automation", icon: "flow", path: "/api/v1/rules", permission: "tickets.configure", columns: ["name", "on", "order", "active", "stopped_reason"], removable: true, trial: "rule",
    inputs: [
      NAME, DESCRIPTION, { name: "on", kind: "choices", choices: EVENTS, words: "choices" }, { name: "after", kind: "span" },
      { name: "condition", kind: "condition", about: "event" }, ACTIONS, ORDER, { name: "stop", kind: "switch" }, ACTIVE,
    ],
    logs: [{ name: "executions", path: ({ id }) => `/api/v1/rules/${String(id)}/executions`, columns: ["ticket", "trigger", "outcome", "changes", "error", "created_at"] }],
  },
  {
    name: "macros", group: "automation", icon: "send", path: "/api/v1/macros", permission: "tickets.configure", columns: ["name", "description", "owner"], removable: true,
    inputs: [NAME, DESCRIPTION, ACTIONS, SHARED],
  },
  {
    name: "views", group: "automation", icon: "filter", path: "/api/v1/views", permission: "tickets.configure", columns: ["name", "filter", "owner"], removable: true,
    inputs: [NAME, { name: "filter", kind: "condition", about: "ticket" }, { name: "q", kind: "line" }, { name: "columns", kind: "tags" }, { name: "order_by", kind: "line" }, SHARED],
  },
  {
    name: "recurrences", group: "automation", icon: "calendar", path: "/api/v1/recurrences", permission: "tickets.configure", columns: ["name", "rrule", "state", "next_at"], removable: true, trial: "recurrence",
    inputs: [
      NAME, { name: "starts_at", kind: "moment", required: true }, TIME_ZONE, { name: "rrule", kind: "rrule" },
      { name: "catch_up", kind: "choice", choices: ["skip", "last", "all"], words: "choices" },
      { name: "calendar", kind: "one", of: "calendars", byId: true },
      { name: "on_closed", kind: "choice", choices: ["make", "skip", "next_open", "previous_open"], words: "choices" },
      {
        name: "template", kind: "group", required: true,
        inputs: [
          { name: "title", kind: "line", required: true }, DESCRIPTION, TYPE, PROCESS, QUEUE, PRIORITY, IMPACT, URGENCY, { name: "category", kind: "line" },
          { name: "tags", kind: "tags" }, { name: "fields", kind: "values" }, { name: "requester", kind: "line" }, ASSIGNEE, TEAM,
          { name: "channel", kind: "line" }, { name: "parent_id", kind: "line" },
        ],
      },
    ],
    logs: [{ name: "occurrences", path: ({ id }) => `/api/v1/recurrences/${String(id)}/occurrences`, columns: ["occurs_at", "state", "ticket", "reason"] }],
    verbs: [
      { name: "pause", path: ({ id }) => `/api/v1/recurrences/${id}/pause`, state: "active" },
      { name: "resume", path: ({ id }) => `/api/v1/recurrences/${id}/resume`, state: "paused" },
    ],
  },
];

const SERVICE_LEVEL: readonly Section[] = [
  {
    name: "policies", group: "service_level", icon: "clock", path: "/api/v1/sla/policies", permission: "sla.configure", columns: ["name", "kind", "order", "condition", "active"], removable: true, trial: "policy",
    inputs: [
      NAME, { name: "kind", kind: "choice", choices: AGREED, words: "choices", required: true, when: "new" }, ORDER, CONDITION,
      { name: "calendar_id", kind: "one", of: "calendars", byId: true, required: true },
      {
        name: "clocks", kind: "rows",
        inputs: [
          { name: "name", kind: "line", required: true }, { name: "start", kind: "condition", about: "event", required: true },
          { name: "stop", label: "stop_when", kind: "condition", about: "event", required: true }, { name: "pause", kind: "condition", about: "event", empty: "never" }, { name: "goes_on", kind: "switch" },
        ],
      },
      { name: "targets", kind: "rows", required: true, inputs: [{ name: "clock", kind: "choice", choices: CLOCKS, words: "clocks", required: true }, PRIORITY, { name: "target", kind: "span", required: true }] },
      { name: "pause_states", kind: "many", of: "states" }, { name: "pause_when", kind: "condition", about: "ticket", empty: "never" }, { name: "warnings", kind: "tags" },
      {
        name: "escalations", kind: "rows",
        inputs: [
          { name: "clock", kind: "choice", choices: CLOCKS, words: "clocks" }, { name: "at", kind: "line", required: true },
          { name: "time", kind: "choice", choices: ["business", "wall"], words: "choices" }, { name: "to", kind: "tags", required: true },
        ],
      },
      { name: "restart_on", kind: "choices", choices: ["team", "queue", "assignee", "service_id"], words: "choices" },
      { name: "recompute", kind: "choice", choices: ["creation", "change"], words: "choices" }, ACTIVE,
    ],
  },
  {
    name: "calendars", group: "service_level", icon: "calendar", path: "/api/v1/sla/calendars", permission: "sla.configure", columns: ["name", "time_zone", "holiday_country"], removable: true, trial: "calendar",
    inputs: [
      NAME, TIME_ZONE, { name: "hours", kind: "week", required: true }, { name: "holiday_country", kind: "line" }, { name: "holiday_subdivision", kind: "line" },
      { name: "holidays", kind: "rows", inputs: [{ name: "date", kind: "date", required: true }, { name: "name", kind: "line" }] },
      { name: "days", kind: "rows", inputs: [{ name: "date", kind: "date", required: true }, { name: "name", kind: "line" }, { name: "hours", kind: "intervals" }] },
      { name: "effective_from", kind: "date" },
    ],
    logs: [{ name: "versions", path: ({ id }) => `/api/v1/sla/calendars/${String(id)}/versions`, columns: ["version", "time_zone", "effective_from", "in_force_since"] }],
  },
  {
    name: "agreements", group: "service_level", icon: "note", path: "/api/v1/sla/agreements", permission: "sla.configure", columns: ["name", "kind", "valid_from", "valid_until"], removable: true,
    inputs: [
      NAME, { name: "kind", kind: "choice", choices: AGREED, words: "choices", required: true, when: "new" }, { name: "parties", kind: "tags" },
      { name: "services", kind: "many", of: "services", byId: true }, { name: "products", kind: "tags" }, { name: "valid_from", kind: "date", required: true },
      { name: "valid_until", kind: "date" }, { name: "included_hours", kind: "span" },
      { name: "hours_period", kind: "choice", choices: ["month", "quarter", "year", "term"], words: "choices" }, { name: "hours_warnings", kind: "tags" }, { name: "note", kind: "text" },
    ],
    logs: [{ name: "hours_used", path: ({ id }) => `/api/v1/sla/agreements/${String(id)}/hours`, columns: ["period_start", "period_end", "included", "used", "remaining"] }],
  },
];

const CATALOG: readonly Section[] = [
  {
    name: "items", group: "catalog", icon: "list", path: "/api/v1/catalog/items", permission: "tickets.configure", columns: ["name", "category", "type", "active"],
    inputs: [
      NAME, { ...SLUG, required: true }, { name: "category", kind: "line" }, DESCRIPTION, TYPE, QUEUE,
      { name: "form", kind: "rows", inputs: [{ name: "field", kind: "one", of: "fields", required: true }, { name: "required", kind: "switch" }, { name: "condition", kind: "condition", about: "ticket" }] },
      { name: "price", kind: "group", inputs: [{ name: "amount", kind: "line" }, { name: "currency", kind: "line" }, { name: "period", kind: "choice", choices: ["once", "month", "year"], words: "choices" }] },
      { name: "entitlement", kind: "group", inputs: [{ name: "teams", kind: "many", of: "teams" }, { name: "organizations", kind: "many", of: "organizations" }, { name: "roles", kind: "many", of: "roles" }] },
      { name: "approval", kind: "rows", inputs: STEPS }, { name: "own_allowed", kind: "switch" },
      { name: "tasks", kind: "rows", inputs: [{ name: "key", kind: "line", required: true }, { name: "title", kind: "line", required: true }, DESCRIPTION, TYPE, QUEUE, { name: "depends_on", kind: "tags" }] },
      ACTIVE,
    ],
  },
  {
    name: "change_templates", group: "catalog", icon: "note", path: "/api/v1/changes/templates", permission: "tickets.configure", columns: ["name", "slug", "description"], removable: true,
    inputs: [NAME, { ...SLUG, required: true }, DESCRIPTION, { name: "plan", kind: "text" }, { name: "backout_plan", kind: "text" }, QUEUE],
  },
  {
    name: "freezes", group: "catalog", icon: "pause", path: "/api/v1/changes/freezes", permission: "tickets.configure", columns: ["name", "starts_at", "ends_at"], removable: true,
    inputs: [NAME, { name: "starts_at", kind: "moment", required: true }, { name: "ends_at", kind: "moment", required: true }, { name: "service_ids", kind: "many", of: "services", byId: true }],
  },
];

const GRANTS: Input = { name: "roles", kind: "rows", inputs: [{ name: "role", kind: "one", of: "roles", required: true }, PROCESS, QUEUE] };

const PEOPLE: readonly Section[] = [
  {
    name: "users", group: "people", icon: "user", path: "/api/v1/users", permission: "users.manage", columns: ["name", "email", "roles", "teams", "active"],
    inputs: [
      NAME, { name: "email", kind: "line", required: true }, { name: "password", kind: "secret", when: "new" }, { name: "language", kind: "line" },
      { name: "time_zone", kind: "line" }, { name: "phone", kind: "line" }, GRANTS, { name: "teams", kind: "many", of: "teams" },
      { name: "organizations", kind: "many", of: "organizations" }, { name: "manager", kind: "one", of: "people" }, ACTIVE,
    ],
    panels: [
      {
        name: "work_profile", path: ({ id }) => `/api/v1/users/${id}/work-profile`,
        inputs: [
          { name: "skills", kind: "rows", inputs: [{ name: "skill", kind: "line", required: true }, { name: "level", kind: "number", required: true }] },
          { name: "languages", kind: "tags" }, { name: "max_open", kind: "number" }, { name: "time_zone", kind: "line" }, { name: "shifts", kind: "week" },
          {
            name: "absences", kind: "rows",
            inputs: [{ name: "start", kind: "moment", required: true }, { name: "end", kind: "moment", required: true }, { name: "substitute", kind: "one", of: "people" }],
          },
        ],
      },
    ],
    verbs: [{ name: "reset_second_factor", path: ({ id }) => `/api/v1/users/${id}/second-factor`, method: "DELETE", sure: true, stays: true }],
  },
  { name: "teams", group: "people", icon: "users", path: "/api/v1/teams", permission: "users.manage", columns: ["name", "slug", "description"], inputs: [NAME, SLUG, DESCRIPTION, { name: "members", kind: "many", of: "people" }] },
  { name: "organizations", group: "people", icon: "home", path: "/api/v1/organizations", permission: "users.manage", columns: ["name", "slug", "domains"], inputs: [NAME, SLUG, { name: "domains", kind: "tags" }] },
  {
    name: "roles", group: "people", icon: "check", path: "/api/v1/roles", permission: "users.manage", columns: ["name", "slug", "permissions"],
    inputs: [NAME, { ...SLUG, required: true }, { name: "permissions", kind: "permissions" }],
    logs: [{ name: "holders", path: ({ slug }) => `/api/v1/users?filter=${encodeURIComponent(`roles:"${String(slug)}"`)}`, columns: ["name", "email", "roles"] }],
  },
];

const RECORDS: readonly Section[] = [
  {
    name: "inbound", group: "records", icon: "inbox", path: "/api/v1/inbound-messages", permission: "notify.read", columns: ["subject", "from", "mailbox", "state", "received_at"], title: "subject", read: true,
    narrow: { field: "state", choices: ["received", "processed", "automatic", "duplicate", "quarantined"] },
    inputs: [],
  },
  {
    name: "deliveries", group: "records", icon: "send", path: "/api/v1/deliveries", permission: "notify.read", columns: ["subject", "to", "purpose", "state", "created_at"], title: "subject", read: true,
    narrow: { field: "state", choices: ["queued", "sending", "sent", "failed", "dead", "suppressed"] },
    inputs: [],
    verbs: [{ name: "resend", path: ({ id }) => `/api/v1/deliveries/${id}/resend`, state: "dead", permission: "notify.configure" }],
  },
  {
    name: "audit", group: "records", icon: "book", path: "/api/v1/audit", permission: "audit.read", columns: ["target_name", "kind", "changes", "actor", "occurred_at"], title: "target_name", read: true,
    narrow: { field: "service", choices: ["gateway", "tickets", "sla", "knowledge", "cmdb", "notify"] },
    inputs: [],
  },
];

export const SECTIONS: readonly Section[] = [...WORK, ...AUTOMATION, ...SERVICE_LEVEL, ...CATALOG, ...PEOPLE, ...CONNECTIONS, ...RECORDS];
