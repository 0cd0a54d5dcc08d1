/** Workflows: read, validated while they are drawn, saved version by version. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, ifMatch, type Schemas, take } from "./client";
import { WHOLE } from "./paging";

export const workflowsQuery = queryOptions({
  queryKey: ["workflows"],
  queryFn: () => take(api.GET("/api/v1/workflows", WHOLE)),
});

const of = (workflow: string) => ({ params: { path: { workflow } } });

export const workflowQuery = (workflow: string) =>
  queryOptions({
    queryKey: ["workflows", workflow],
    queryFn: () => take(api.GET("/api/v1/workflows/{workflow}", of(workflow))),
    // What is being drawn is not read anew below the pencil.
    staleTime: Infinity,
  });

export const versionsQuery = (workflow: string) =>
  queryOptions({
    queryKey: ["workflows", workflow, "versions"],
    queryFn: () => take(api.GET("/api/v1/workflows/{workflow}/versions", of(workflow))),
  });

export const faultsQuery = (definition: Schemas["WorkflowDraft"]["definition"]) =>
  queryOptions({
    queryKey: ["workflow-faults", definition],
    queryFn: () => take(api.POST("/api/v1/workflows/validate", { body: { definition } })),
    placeholderData: (before) => before,
    staleTime: Infinity,
  });

export function useSaveWorkflow(workflow: Schemas["Workflow"]) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["WorkflowPatch"]) =>
      take(
        api.PATCH("/api/v1/workflows/{workflow}", {
          params: { path: { workflow: workflow.id }, header: ifMatch(workflow.version) },
          body,
        }),
      ),
    onSuccess: (saved) => {
      queries.setQueryData(["workflows", workflow.id], saved);
      return queries.invalidateQueries({ queryKey: ["workflows"], refetchType: "active" });
    },
  });
}
