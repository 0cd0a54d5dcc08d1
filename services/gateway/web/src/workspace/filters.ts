/** A filter put together by hand, written in the filter language of the API. */
import { quoted } from "../api/quoted";

export const FIELDS = ["state", "priority", "type", "queue", "team", "assignee", "requester", "category", "tags", "title", "breached", "open"] as const;
export type Field = (typeof FIELDS)[number];

export interface Condition {
  field: Field;
  not: boolean;
  value: string;
}

const TRUE_OR_FALSE: readonly Field[] = ["breached", "open"];
/** Tags and words of a title are held, all else is equal. */
const HELD: readonly Field[] = ["tags", "title"];

export const isTrueOrFalse = (field: Field) => TRUE_OR_FALSE.includes(field);

/** All conditions together; one without a value says nothing. */
export function written(conditions: readonly Condition[]): string {
  return conditions
    .filter(({ value }) => value.trim())
    .map(({ field, not, value }) => {
      const said = isTrueOrFalse(field) ? value : value === "null" ? value : quoted(value.trim());
      if (HELD.includes(field)) return `${not ? "NOT " : ""}${field}:${said}`;
      return `${field} ${not ? "!=" : "="} ${said}`;
    })
    .join(" AND ");
}
