/** What forms are made of: fields, rows of fields and groups of fields, read from answers of the API and written as it takes them. */
import { localMoment } from "../shared/format";

export interface Input {
  name: string;
  /** The name by which it is labelled, where its own means something else elsewhere. */
  label?: string;
  kind: Leaf | "rows" | "group";
  required?: true;
  /** Asked for when something is made, or when it is changed; without it both. */
  when?: "new" | "kept";
  /** What may be chosen: words of the API. */
  choices?: readonly string[];
  /** What is chosen among: things of the desk, named by their keys, or by their ids with `byId`. */
  of?: Listed;
  byId?: true;
  /** The group of words in the texts by which `choices` are said. */
  words?: "states" | "priorities" | "types" | "clocks" | "levels" | "choices";
  /** Of rows and groups. */
  inputs?: readonly Input[];
  /** Of rows: what else a row has, by what its `type` says. */
  variants?: Readonly<Record<string, readonly Input[]>>;
  /** Where a condition stands decides what it may ask: about a ticket alone, or about an event too. */
  about?: "ticket" | "event";
  /** Of a condition: what holds while there is none; without it, always. */
  empty?: "never";
  /** What the form of a new thing begins with, as the API takes it. */
  start?: unknown;
}

type Leaf =
  | "line" | "secret" | "text" | "number" | "switch" | "choice" | "choices" | "tags" | "one" | "many" | "date" | "moment"
  | "condition" | "span" | "week" | "intervals" | "permissions" | "rrule" | "values" | "branches" | "mapping";

export type Listed = "processes" | "queues" | "teams" | "organizations" | "roles" | "types" | "calendars" | "fields" | "services" | "states" | "people" | "webhooks";

export type Kept = { id: string; version: number } & Record<string, unknown>;
export type Written = Record<string, unknown>;

/** A reference as the API takes it: by its key. */
export function key(value: unknown): string {
  if (typeof value === "object" && value !== null && "key" in value) return String(value.key);
  return value === null || value === undefined ? "" : String(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a form shows of a value; `undefined` is a value that is not there yet. */
export function shown(input: Input, value: unknown): unknown {
  switch (input.kind) {
    case "rows":
      return (Array.isArray(value) ? value : []).map((row: unknown) => shownParts(input, isRecord(row) ? row : { [input.inputs?.[0]?.name ?? ""]: row }));
    case "group":
      return shownParts(input, isRecord(value) ? value : {});
    case "switch":
      return value === true;
    case "number":
      return typeof value === "number" ? value : "";
    case "tags":
    case "choices":
    case "many":
      return Array.isArray(value) ? value.map(key) : [];
    case "permissions":
    case "intervals":
      return Array.isArray(value) ? value : [];
    case "week":
    case "values":
    case "branches":
    case "mapping":
      return isRecord(value) ? value : {};
    case "one":
      return isRecord(value) && input.byId ? String(value["id"] ?? "") : key(value);
    case "moment":
      return typeof value === "string" ? localMoment(value, null) : "";
    default:
      return key(value);
  }
}

/** The parts of a row or a group; what the form does not know stays with them. */
function shownParts(input: Input, value: Record<string, unknown>): Record<string, unknown> {
  const parts = partsOf(input, value);
  return { ...value, ...Object.fromEntries(parts.map((one) => [one.name, shown(one, value[one.name])])) };
}

/** The fields of a row or a group: those of all, then those that its `type` has. */
export function partsOf(input: Input, value: Record<string, unknown>): readonly Input[] {
  return [...(input.inputs ?? []), ...(input.variants?.[String(value["type"] ?? "")] ?? [])];
}

const EMPTY = (value: unknown) => value === "" || value === null || value === undefined || (Array.isArray(value) && value.length === 0);

/** A value of a form as the API takes it; null for one that is empty. */
export function said(input: Input, value: unknown): unknown {
  switch (input.kind) {
    case "rows":
      return (Array.isArray(value) ? value : []).map((row: unknown) => saidParts(input, isRecord(row) ? row : {}));
    case "group": {
      const parts = saidParts(input, isRecord(value) ? value : {});
      return Object.values(parts).every((one) => EMPTY(one) || one === false) ? null : parts;
    }
    case "moment":
      return typeof value === "string" && value ? new Date(value).toISOString() : null;
    default:
      return value === "" || value === undefined ? null : value;
  }
}

/** What is said of a row or a group: its empty parts are left out, but those that say "off". */
function saidParts(input: Input, value: Record<string, unknown>): Record<string, unknown> {
  const parts = partsOf(input, value);
  const known = new Set([input, ...(Object.values(input.variants ?? {}) as Input[][]).map((inputs) => ({ inputs }))].flatMap((one) => (one.inputs ?? []).map(({ name }) => name)));
  const rest = Object.fromEntries(Object.entries(value).filter(([name, one]) => !known.has(name) && !EMPTY(one)));
  const spoken = parts.map((one) => [one.name, said(one, value[one.name])] as const).filter(([, one]) => !EMPTY(one));
  return { ...rest, ...Object.fromEntries(spoken) };
}

/** The form of a thing, or an empty one. */
export function form(inputs: readonly Input[], kept: Record<string, unknown> | null): Written {
  return Object.fromEntries(inputs.map((one) => [one.name, shown(one, kept ? kept[one.name] : one.start)]));
}

/** What a form says, as the API takes it; only what differs from `kept`. */
export function body(inputs: readonly Input[], filled: Written, kept: Record<string, unknown> | null): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const input of inputs) {
    if (!(input.name in filled) || input.when === (kept ? "new" : "kept")) continue;
    const value = said(input, filled[input.name]);
    if (JSON.stringify(value) !== JSON.stringify(said(input, shown(input, kept?.[input.name])))) changed[input.name] = value;
  }
  return changed;
}

/** The whole of a form, what is empty left out: what trials and settings that are replaced as a whole are given. */
export function whole(inputs: readonly Input[], filled: Written): Record<string, unknown> {
  const all = inputs.map((one) => [one.name, said(one, filled[one.name])] as const);
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}

export interface Fault {
  field: string;
  reason: string;
}

/** Whether a fault of the API is about a place: `targets[0].clock` is about `targets[0]` and about `targets`. */
export function belongs(field: string, place: string): boolean {
  return field === place || field.startsWith(`${place}[`) || field.startsWith(`${place}.`);
}
