/** A layout while it is put together: what may stand in it, how its fields and sections move, what it will look like. */
import type { Schemas } from "../../api/client";
import type { Layout } from "../../shared/layouts";

export type Section = Schemas["Section"];
export type TicketField = Schemas["TicketField"];

/** What a layout is for. */
export interface Of {
  process: { key: string };
  type: string | null;
  audience: string;
  purpose: string;
}

/** Where a field stands. */
export interface Place {
  section: number;
  at: number;
}

export const LANGUAGES = ["en", "pl", "ru"] as const;
export const MOST_COLUMNS = 4;

/** What requesters say of a new ticket, what agents say too, what the desk sets, and what only agents see. */
const OF_REQUESTERS = ["title", "description", "process", "type", "queue", "impact", "urgency", "category", "tags", "ci_ids", "service_id"] as const;
const OF_AGENTS = ["requester", "priority", "channel", "parent_id"] as const;
const SET_BY_THE_DESK = [
  "number", "state", "team", "assignee", "organization", "language", "watchers", "created_at", "updated_at", "resolved_at", "closed_at", "first_responded_at", "due_at",
] as const;
const INTERNAL = ["remind_at", "minutes_spent", "minutes_billable"] as const;

/** The names of all fields that may stand in a layout. */
export function fitting(of: Of, fields: readonly TicketField[]): string[] {
  const own = fields.filter((one) => one.active && belongs(one, of)).map((one) => `fields.${one.slug}`);
  if (of.purpose === "create") return [...OF_REQUESTERS, ...(of.audience === "agent" ? OF_AGENTS : []), ...own];
  return [...OF_REQUESTERS, ...OF_AGENTS, ...SET_BY_THE_DESK, ...(of.audience === "agent" ? INTERNAL : []), ...own];
}

function belongs(field: TicketField, of: Of): boolean {
  const ofProcess = field.processes.length === 0 || field.processes.includes(of.process.key);
  return ofProcess && (of.type === null || field.types.length === 0 || field.types.includes(of.type));
}

/** Those that do not stand in it yet. */
export function left(sections: readonly Section[], of: Of, fields: readonly TicketField[]): string[] {
  const there = new Set(sections.flatMap((section) => section.fields));
  return fitting(of, fields).filter((name) => !there.has(name));
}

/** The sections with a field taken from its place and put at another; `to.at` counts without it. */
export function moved(sections: readonly Section[], from: Place, to: Place): Section[] {
  const name = sections[from.section]?.fields[from.at];
  if (name === undefined) return [...sections];
  const without = withFields(sections, from.section, (fields) => fields.filter((_, at) => at !== from.at));
  return withFields(without, to.section, (fields) => [...fields.slice(0, to.at), name, ...fields.slice(to.at)]);
}

/** Where a field goes by one step up (-1) or down (1), beyond the edge of its section into the next one; null at the end. */
export function stepped(sections: readonly Section[], { section, at }: Place, step: -1 | 1): Place | null {
  const length = sections[section]?.fields.length ?? 0;
  if (at + step >= 0 && at + step < length) return { section, at: at + step };
  const next = sections[section + step];
  if (!next) return null;
  return { section: section + step, at: step === 1 ? 0 : next.fields.length };
}

/** The sections with one of them put before another place. */
export function sectionMoved(sections: readonly Section[], from: number, to: number): Section[] {
  const rest = sections.filter((_, at) => at !== from);
  return [...rest.slice(0, to), ...sections.slice(from, from + 1), ...rest.slice(to)];
}

export function withFields(sections: readonly Section[], place: number, change: (fields: string[]) => string[]): Section[] {
  return sections.map((one, at) => (at === place ? { ...one, fields: change(one.fields) } : one));
}

/** What people would be shown by it, before conditions and rights. */
export function preview(sections: readonly Section[], of: Of, fields: readonly TicketField[]): Layout {
  const known = new Map(fields.map((one) => [`fields.${one.slug}`, one]));
  return {
    layout: null,
    version: 0,
    audience: of.audience,
    purpose: of.purpose,
    sections: sections.map((section) => ({
      title: section.title,
      columns: section.columns ?? 2,
      collapsed: section.collapsed ?? false,
      fields: section.fields.map((name) => {
        const own = known.get(name);
        return {
          name,
          title: own?.name ?? null,
          titles: {},
          description: own?.description ?? null,
          type: own?.type ?? null,
          choices: own?.choices ?? [],
          required: of.purpose === "create" && (name === "title" || own?.required === true),
          read_only: false,
          shown_when: own?.shown_when ?? null,
          required_when: own?.required_when ?? null,
        };
      }),
    })),
  };
}
