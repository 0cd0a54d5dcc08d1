/** How content a requester is; only tickets that have ended are rated. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

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
