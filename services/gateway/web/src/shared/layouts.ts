/** What a form that is laid out shows of its fields for the values given so far, and what of them is sent. */
import type { Schemas } from "../api/client";
import { holds, type Values } from "./conditions";
import { type FieldValue, type FieldValues, known } from "./field-input";

export type Layout = Schemas["ShownLayout"];
export type LaidOutField = Schemas["ShownField"];

/** What people call a field of the tenant's; null of one that is built in. */
export const fieldTitle = (field: LaidOutField, language: string): string | null => field.titles[language] ?? field.title;

/** By the names of a layout: `title`, `queue`, and the tenant's own as `fields.<slug>`. */
export type LaidOutValues = Record<string, FieldValue>;

const OWN = "fields.";

/** The slug of a tenant's own field; null of one that is built in. */
export const ownSlug = (name: string): string | null => (name.startsWith(OWN) ? name.slice(OWN.length) : null);

/** Values parted into those of the tenant's own fields, by slug, and the others. */
function parted(values: LaidOutValues): { own: FieldValues; others: LaidOutValues } {
  const own: FieldValues = {};
  const others: LaidOutValues = {};
  for (const [name, value] of Object.entries(values)) {
    const slug = ownSlug(name);
    if (slug === null) others[name] = value;
    else own[slug] = value;
  }
  return { own, others };
}

export const ownValues = (values: LaidOutValues): FieldValues => parted(values).own;

function facts(values: LaidOutValues, hidden: (name: string) => boolean): Values {
  const { own, others } = parted(Object.fromEntries(Object.entries(values).filter(([name]) => !hidden(name))));
  return { ...known(own), ...(others as Values) };
}

/** The fields whose condition holds; what a field that is not shown was given counts for no condition. */
export function shownNames(layout: Layout, values: LaidOutValues): ReadonlySet<string> {
  const fields = layout.sections.flatMap((section) => section.fields);
  const all = new Set(fields.map((field) => field.name));
  let shown = all;
  // A condition may hang on a field that hangs on another: as many rounds as there can be links.
  for (let round = 0; round < fields.length; round++) {
    const given = facts(values, (name) => all.has(name) && !shown.has(name));
    const next = new Set(fields.filter((field) => holds(field.shown_when, given) !== false).map((field) => field.name));
    if (next.size === shown.size && [...next].every((name) => shown.has(name))) break;
    shown = next;
  }
  return shown;
}

/** Whether a field has to be given, for the values given so far. */
export function isRequired(field: LaidOutField, shown: ReadonlySet<string>, values: LaidOutValues): boolean {
  return field.required || (field.required_when !== null && holds(field.required_when, facts(values, (name) => !shown.has(name) && ownSlug(name) !== null)) === true);
}

const given = (value: FieldValue | undefined): boolean => value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);

/** What is sent: what was given to the fields that are shown, the tenant's own beside the others. */
export function answers(layout: Layout, values: LaidOutValues): Record<string, FieldValue | FieldValues> {
  const shown = shownNames(layout, values);
  const said = Object.fromEntries(Object.entries(values).filter(([name, value]) => shown.has(name) && given(value)));
  const { own, others } = parted(said);
  return { ...others, ...(Object.keys(own).length > 0 && { fields: own }) };
}

/** The title of a section in a language, or in any that it has. */
export function titleOf(section: Pick<Schemas["ShownSection"], "title">, language: string): string {
  return section.title[language] ?? section.title["en"] ?? Object.values(section.title)[0] ?? "";
}
