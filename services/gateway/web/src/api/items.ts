/** Configuration items, by their names and by their ids. */
import { queryOptions } from "@tanstack/react-query";

import { api, take } from "./client";
import { LARGEST_PAGE, PAGE_SIZE } from "./paging";
import { quoted } from "./quoted";

function itemsWhere(filter: string, page_size: number, signal: AbortSignal) {
  return take(api.GET("/api/v1/cmdb/items", { params: { query: { page_size, order_by: "name", ...(filter && { filter }) } }, signal }));
}

/** What a desk can be asked about as a service, business or technical. */
export const SERVICES = '(class = "business_service" OR class = "technical_service")';

/** Configuration items that the person may see, by a part of their names; `services` asks for those alone. */
export const itemsFoundQuery = (words: string, services: boolean) =>
  queryOptions({
    queryKey: ["items", "found", words, services],
    queryFn: ({ signal }) => itemsWhere([words && `name : ${quoted(words)}`, services && SERVICES].filter(Boolean).join(" AND "), PAGE_SIZE, signal),
    staleTime: 60_000,
    placeholderData: (before) => before,
  });

/** Those of some ids that the person may see. */
export const itemsByIdQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ["items", "by id", ids],
    queryFn: ({ signal }) => itemsWhere(ids.map((id) => `id = ${quoted(id)}`).join(" OR "), LARGEST_PAGE, signal),
    enabled: ids.length > 0,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
