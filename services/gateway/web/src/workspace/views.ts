/** The views that every agent has, and what a list asks for. */
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
  /** The id of a saved view, which says all else by itself. */
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

/** What the list has to ask the desk for. */
export function wanted(search: ListSearch, myId: string): Wanted {
  if (search.saved) return { saved: search.saved };
  const view = VIEWS.find((one) => one.name === search.view);
  const parts = [
    view && filterOf(view, myId),
    search.queue && `queue = ${quoted(search.queue)}`,
    search.queue && !search.filter && !view && "open = true",
    search.filter && (view || search.queue ? `(${search.filter})` : search.filter),
  ];
  const filter = parts.filter(Boolean).join(" AND ");
  return {
    ...(filter && { filter }),
    ...(search.q && { q: search.q }),
    order_by: search.order ?? view?.order ?? "updated_at desc",
  };
}
