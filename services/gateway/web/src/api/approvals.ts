/** Approvals: what is asked about a ticket, what I have to decide, and deciding. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { readAnew } from "./changes";
import { api, onceKey, type Schemas, take } from "./client";
import { WHOLE } from "./paging";

export type Approval = Schemas["Approval"];

export const myApprovalsQuery = queryOptions({
  queryKey: ["approvals", "mine"],
  queryFn: () => take(api.GET("/api/v1/me/approvals", WHOLE)),
});

export const approvalsQuery = (number: string) =>
  queryOptions({
    queryKey: ["approvals", number],
    queryFn: () =>
      take(api.GET("/api/v1/tickets/{ticket}/approvals", { params: { path: { ticket: number }, query: { page_size: 200 } } })),
  });

export function useDecide(approval: Approval) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["NewDecision"]) =>
      take(
        api.POST("/api/v1/tickets/{ticket}/approvals/{approval}/decisions", {
          params: { path: { ticket: approval.ticket.id, approval: approval.id }, header: onceKey() },
          body,
        }),
      ),
    onSettled: () => Promise.all([readAnew(queries, approval.ticket.key), queries.invalidateQueries({ queryKey: ["approvals"] })]),
  });
}
