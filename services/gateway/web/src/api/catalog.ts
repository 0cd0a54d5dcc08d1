/** The service catalogue: what may be ordered, and orders. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { useOnce } from "./changes";
import { api, type Schemas, take } from "./client";
import { WHOLE } from "./paging";

export type CatalogItem = Schemas["gateway__http__models__catalog__Item"];

export const catalogQuery = queryOptions({
  queryKey: ["catalog"],
  queryFn: () => take(api.GET("/api/v1/catalog/items", WHOLE)),
  staleTime: 60_000,
});

export const catalogItemQuery = (item: string) =>
  queryOptions({
    queryKey: ["catalog", item],
    queryFn: () => take(api.GET("/api/v1/catalog/items/{item}", { params: { path: { item } } })),
  });

export const fieldsQuery = queryOptions({
  queryKey: ["fields"],
  queryFn: () => take(api.GET("/api/v1/fields", WHOLE)),
  staleTime: 60_000,
});

/** How far an order is; only tickets that were ordered have one. */
export const orderQuery = (number: string) =>
  queryOptions({
    queryKey: ["order", number],
    queryFn: () => take(api.GET("/api/v1/catalog/requests/{ticket}", { params: { path: { ticket: number } } })),
    retry: false,
  });

export function useOrder(item: string) {
  const queries = useQueryClient();
  const once = useOnce();
  return useMutation({
    mutationFn: (body: Schemas["NewOrder"]) =>
      take(api.POST("/api/v1/catalog/items/{item}/requests", { params: { path: { item }, header: once.headers() }, body })),
    onSuccess: () => {
      once.done();
      return queries.invalidateQueries({ queryKey: ["tickets"] });
    },
  });
}
