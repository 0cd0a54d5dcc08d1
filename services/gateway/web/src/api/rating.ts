/** How content a requester is; only tickets that have ended are rated. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, ifMatch, type Schemas, take } from "./client";

export const ratingQuery = (number: string) =>
  queryOptions({
    queryKey: ["rating", number],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket}/rating", { params: { path: { ticket: number } } })),
    retry: false,
  });

export function useRate(number: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ body, version }: { body: Schemas["NewRating"]; version: number }) =>
      take(
        api.PUT("/api/v1/tickets/{ticket}/rating", {
          params: { path: { ticket: number }, header: version > 0 ? ifMatch(version) : {} },
          body,
        }),
      ),
    onSuccess: (rated) => queries.setQueryData(["rating", number], rated),
  });
}

/** What was rated, the latest first, as far as somebody has asked for more. */
export const ratingsQuery = (filter: string) =>
  infiniteQueryOptions({
    queryKey: ["ratings", filter],
    queryFn: ({ pageParam, signal }) => take(api.GET("/api/v1/ratings", { params: { query: { filter, page_size: 25, ...(pageParam && { page_token: pageParam }) } }, signal })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });
