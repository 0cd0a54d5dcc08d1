/** Layouts as administrators set them: read, changed, taken away and brought back. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, ifMatch, onceKey, type Schemas, take } from "./client";
import { WHOLE } from "./paging";
import { Problem } from "./problem";

export type KeptLayout = Schemas["Layout"];

const KEY = "set-layouts";

export const layoutsQuery = queryOptions({
  queryKey: [KEY],
  queryFn: () => take(api.GET("/api/v1/layouts", WHOLE)),
});

const of = (layout: string) => ({ path: { layout } });

/** Null where it was taken away: its versions are there all the same. */
export const layoutQuery = (layout: string) =>
  queryOptions({
    queryKey: [KEY, layout],
    queryFn: async () => {
      try {
        return await take(api.GET("/api/v1/layouts/{layout}", { params: of(layout) }));
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
    // What is being laid out is not read anew below the hands.
    staleTime: Infinity,
  });

export const layoutVersionsQuery = (layout: string) =>
  queryOptions({
    queryKey: [KEY, layout, "versions"],
    queryFn: () => take(api.GET("/api/v1/layouts/{layout}/versions", { params: { ...of(layout), query: { page_size: 50 } } })),
  });

/** Changes a layout by a call that gives it anew, null when it is gone. Forms and pages drawn by it are read anew. */
function useChanged<T>(layout: string, change: (said: T) => Promise<KeptLayout | null>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (kept) => {
      queries.setQueryData([KEY, layout], kept);
      return Promise.all([
        queries.invalidateQueries({ queryKey: [KEY], exact: true }),
        queries.invalidateQueries({ queryKey: [KEY, layout, "versions"] }),
        queries.invalidateQueries({ queryKey: ["layout"] }),
      ]);
    },
  });
}

/** Puts other sections in place of all there are, or takes the layout away (null). */
export const useKeepLayout = (layout: KeptLayout) =>
  useChanged(layout.id, async (sections: Schemas["Section"][] | null) => {
    const params = { ...of(layout.id), header: ifMatch(layout.version) };
    if (sections) return take(api.PATCH("/api/v1/layouts/{layout}", { params, body: { sections } }));
    await take(api.DELETE("/api/v1/layouts/{layout}", { params }));
    return null;
  });

/** `kept` is the layout as it is; null when it was taken away. */
export const useRestoreLayout = (layout: string, kept: KeptLayout | null) =>
  useChanged(layout, (version: number) =>
    take(api.POST("/api/v1/layouts/{layout}/restore", { params: { ...of(layout), header: { ...onceKey(), ...(kept && ifMatch(kept.version)) } }, body: { version } })),
  );

/** Makes a layout of what is shown now where none is set. */
export function useNewLayout() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (what: Omit<Schemas["NewLayout"], "sections">) => {
      const { process, type, audience, purpose } = what;
      const query = { process, type: type ?? "", audience, purpose } as NonNullable<Parameters<typeof askLayout>[0]>;
      const { sections } = await askLayout(query);
      const body = { ...what, sections: sections.map((section) => ({ ...section, fields: section.fields.map((field) => field.name) })) };
      return take(api.POST("/api/v1/layouts", { params: { header: onceKey() }, body }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: [KEY], exact: true }),
  });
}

interface What {
  process: string;
  type: string;
  audience: "agent" | "requester";
  purpose: "create" | "view";
}

const askLayout = (query: What) => take(api.GET("/api/v1/layout", { params: { query } }));
