/** The columns that a list may have beside number and title, and how they are put in order. */
export const COLUMNS = ["state", "due_at", "assignee", "updated_at", "priority", "type", "queue", "team", "requester", "organization", "category", "tags", "created_at"] as const;
export type Column = (typeof COLUMNS)[number];

export const DEFAULT_COLUMNS: Column[] = ["state", "due_at", "assignee", "updated_at"];

const WIDTHS: Partial<Record<Column, string>> = { state: "9rem", due_at: "8rem", priority: "6rem", updated_at: "7rem", created_at: "7rem" };

/** The widths of a row's cells, in the grid's own language: the box to choose it, number, title, and the others. */
export const grid = (columns: readonly Column[]) => `1.25rem 5.5rem minmax(10rem, 1fr) ${columns.map((one) => WIDTHS[one] ?? "9rem").join(" ")}`;

/** The columns with one of them a place earlier or later. */
export function moved(columns: readonly Column[], place: number, by: -1 | 1): Column[] {
  const next = [...columns];
  const [one] = next.splice(place, 1);
  if (one) next.splice(place + by, 0, one);
  return next;
}

/** What the API can order a list by. */
export const SORTABLE = ["number", "priority", "due_at", "created_at", "updated_at"] as const;
export type Sortable = (typeof SORTABLE)[number];

/** The order after the head of a column has been pressed: by it, or the other way round where it was so already. */
export function pressed(order: string, column: Sortable): string {
  return order === `${column} asc` || order === column ? `${column} desc` : `${column} asc`;
}

/** Which way a list is ordered by a column; null where by another. */
export function way(order: string, column: string): "asc" | "desc" | null {
  const [name, direction = "asc"] = order.split(" ");
  return name === column ? (direction as "asc" | "desc") : null;
}
