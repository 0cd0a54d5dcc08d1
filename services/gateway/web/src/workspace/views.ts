/** The views that every agent has, and what a list asks for. */
import type { Schemas } from "../api/client";
import type { Wanted } from "../api/queries";
import { quoted } from "../api/quoted";
import type { IconName } from "../shared/icons";

export interface View {
  name: "mine" | "unassigned" | "open" | "breached" | "waiting" | "all";
  icon: IconName;
  /** In the filter language of the API; `me` is put in for ME. */
  filter: string;
  order: string;
}

export const VIEWS: readonly View[] = [
  { name: "mine", icon: "user", filter: "assignee = ME AND open = true", order: "due_at asc" },
  { name: "unassigned", icon: "inbox", filter: "assignee = null AND open = true", order: "created_at asc" },
  { name: "breached", icon: "alert", filter: "breached = true AND open = true", order: "due_at asc" },
  { name: "waiting", icon: "pause", filter: 'state_category = "waiting"', order: "updated_at asc" },
  { name: "open", icon: "list", filter: "open = true", order: "updated_at desc" },
  { name: "all", icon: "clock", filter: "", order: "created_at desc" },
];

export const ORDERS = ["due_at asc", "priority asc", "created_at desc", "created_at asc", "updated_at desc", "updated_at asc"] as const;
export type Order = (typeof ORDERS)[number];

export interface ListSearch {
  view?: string;
  /** The id of a saved view: words, filter and order beside it narrow and order what it holds. */
  saved?: string;
  queue?: string;
  q?: string;
  filter?: string;
  order?: string;
}

/** The filter of a view of every agent's. */
export const filterOf = (view: View, myId: string): string => view.filter.replace("ME", quoted(myId));

/** The filter of what is open in a queue. */
export const openIn = (queue: string): string => `queue = ${quoted(queue)} AND open = true`;

/** What a saved view says of its tickets. */
type Saved = Pick<Schemas["View"], "filter" | "q" | "order_by">;

/** Whether the list shows only some of what its view holds. */
export const narrowed = (search: ListSearch): boolean => Boolean(search.q ?? search.filter);

/** Whether a list is a saved view as it was saved, which the desk knows by its id. */
const asSaved = (search: ListSearch): boolean => Boolean(search.saved) && !narrowed(search) && !search.order;

/** The order that a choice of orders names; null where it is another, as of several fields. */
export const offeredOrder = (order: string | undefined): Order | null => ORDERS.find((one) => one === order || one === `${order} asc`) ?? null;

/** What the list has to ask the desk for; null while it is not known what the saved view says that it changes. */
export function wanted(search: ListSearch, myId: string, saved: Saved | undefined): Wanted | null {
  if (search.saved && asSaved(search)) return { saved: search.saved };
  return search.saved && !saved ? null : writtenOut(search, myId, saved);
}

/** The words, the filter and the order of a list, those of its saved view among them. */
export function writtenOut(search: ListSearch, myId: string, saved: Saved | undefined): Wanted {
  const view = VIEWS.find((one) => one.name === search.view);
  const given = [
    saved?.filter && (search.filter ? `(${saved.filter})` : saved.filter),
    view && filterOf(view, myId),
    search.queue && `queue = ${quoted(search.queue)}`,
    search.queue && !search.filter && !view && "open = true",
  ].filter(Boolean);
  const filter = [...given, search.filter && (given.length > 0 ? `(${search.filter})` : search.filter)].filter(Boolean).join(" AND ");
  const q = [saved?.q, search.q].filter(Boolean).join(" ");
  return {
    ...(filter && { filter }),
    ...(q && { q }),
    order_by: (search.order ?? saved?.order_by) || (view?.order ?? "updated_at desc"),
  };
}
