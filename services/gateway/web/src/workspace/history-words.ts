/** What an entry of a ticket's history tells: something that happened, or a field before and after. */
import type { Schemas } from "../api/client";

export type Entry = Pick<Schemas["HistoryEntry"], "action" | "field" | "from" | "to" | "cause" | "rule">;

/** Something that happened: what it is called in the group of texts "history", and with what. */
export interface Happened {
  word: string;
  /** A name, a number or a file, as it was called then. */
  what: string;
  /** What goes with it, to be said in words: the kind of a link, the state of an approval, minutes, how many. */
  link?: string;
  approval?: string;
  minutes?: number;
  count?: number;
}

/** What goes with the version of a workflow, and says nothing that its entry does not. */
export const LEFT_OUT: ReadonlySet<string | null> = new Set(["state_category"]);

type Value = Record<string, unknown>;

const said = (...parts: unknown[]): string => parts.filter((part) => typeof part === "string" || typeof part === "number").filter((part) => part !== "").join(" ");

/** The fields whose values are told as what happened; those of the others are shown before and after. */
const TOLD: Record<string, (entry: Entry, value: Value) => Happened> = {
  comment: (_, value) => ({ word: value.visibility === "public" ? "reply" : "note", what: "" }),
  attachments: (_, value) => ({ word: "file", what: said(value.name) }),
  links: (entry, value) => ({ word: entry.to ? "linked" : "unlinked", what: said(value.key, value.name), link: said(value.type) }),
  children: (_, value) => ({ word: "child", what: said(value.key, value.name) }),
  split_from: (_, value) => ({ word: "split_from", what: said(value.key, value.name) }),
  split_to: (_, value) => ({ word: "split_to", what: said(value.key, value.name) }),
  merged_into: (entry, value) => ({ word: entry.to ? "merged_into" : "parted_from", what: said(value.key, value.name) }),
  merged_tickets: (entry, value) => ({ word: entry.to ? "merged" : "parted", what: said(value.key, value.name) }),
  watchers: (entry, value) =>
    Array.isArray(value) ? { word: "watchers", what: "", count: value.length } : { word: entry.to ? "watches" : "watches_no_more", what: said(value.name) },
  routing: (_, value) => ({ word: value.nobody ? "nobody_fits" : "chosen", what: "" }),
  major_incident: (entry, value) => ({ word: entry.from ? (entry.to ? "major_changed" : "major_ended") : "major_declared", what: said(value.title) }),
  approval: (entry, value) => ({ word: entry.action, what: said(value.name), approval: said(value.decision) || said(value.state) }),
  time: (entry, value) => ({ word: entry.action, what: said(value.activity), minutes: Number(value.minutes) }),
  rating: (_, value) => ({ word: "rated", what: said(value.score, value.comment) }),
  notification: (_, value) => ({ word: "notified", what: Array.isArray(value.to) ? value.to.join(", ") : "" }),
  webhook: (_, value) => ({ word: "webhook_called", what: said(value.name) }),
};

/** What happened; null of a field that went from one value to another. */
export function happened(entry: Entry): Happened | null {
  if (!entry.field) return { word: entry.action, what: "" };
  const value = entry.to ?? entry.from;
  const told = TOLD[entry.field];
  return told && typeof value === "object" && value !== null ? told(entry, value as Value) : null;
}

/** By which rule it was done: its kind, a word of the group "history_by", and its name where it has one. */
export function doneBy(entry: Entry): { word: string; name: string } | null {
  if (!entry.rule) return entry.cause?.startsWith("mail:") ? { word: "mail", name: "" } : null;
  const [kind = "", second = "", ...rest] = entry.rule.split(":");
  return { word: kind, name: kind === "cascade" ? second : rest.join(":") };
}
