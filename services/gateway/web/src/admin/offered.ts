/** What may be chosen where a form names another thing of the desk. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, take } from "../api/client";
import { SERVICES } from "../api/items";
import { WHOLE } from "../api/paging";
import { ask, type Page } from "../api/things";
import { useWord } from "../shared/badges";
import type { Input, Listed } from "./inputs";
import type { Definition } from "./workflow/model";

interface Offer {
  value: string;
  label: string;
}

interface Named {
  id: string;
  key?: string;
  slug?: string;
  name: string;
}

const PATHS: Record<Exclude<Listed, "states">, string> = {
  processes: "/api/v1/processes", queues: "/api/v1/queues", teams: "/api/v1/teams", organizations: "/api/v1/organizations", roles: "/api/v1/roles",
  types: "/api/v1/ticket-types", calendars: "/api/v1/sla/calendars", fields: "/api/v1/fields", people: "/api/v1/users", webhooks: "/api/v1/webhooks",
  services: `/api/v1/cmdb/items?filter=${encodeURIComponent(SERVICES)}`,
};

/** The states of all workflows, each once. */
async function states(): Promise<Offer[]> {
  const { items } = await take(api.GET("/api/v1/workflows", WHOLE));
  const named = new Map(items.flatMap((one) => (one.definition as unknown as Definition).states.map((state) => [state.slug, state.name] as const)));
  return [...named].map(([value, label]) => ({ value, label }));
}

const offeredQuery = (of: Listed | undefined, byId: boolean) =>
  queryOptions({
    queryKey: ["offered", of, byId],
    queryFn: async (): Promise<Offer[]> => {
      if (of === "states" || !of) return states();
      const path = PATHS[of];
      const { items } = await ask<Page<Named>>("GET", `${path}${path.includes("?") ? "&" : "?"}page_size=200`);
      const seen = new Map(items.map((one) => [byId ? one.id : (one.slug ?? one.key ?? one.id), one.name]));
      return [...seen].map(([value, label]) => ({ value, label }));
    },
    enabled: of !== undefined,
    staleTime: 60_000,
  });

/** The choices of an input: its own words, or the things it names; `held` stays to be seen where it is offered no more. */
export function useOffered(input: Input, held: readonly string[]): Offer[] {
  const { t, i18n } = useTranslation();
  const word = useWord();
  const asked = useQuery(offeredQuery(input.of, input.byId === true));
  const said = (choice: string) => {
    if (input.words === "choices") return i18n.exists(`choices.${choice}`) ? t(`choices.${choice}` as "choices.all") : choice;
    return input.words ? word(input.words, choice) : choice;
  };
  const offers = input.of ? (asked.data ?? []) : (input.choices ?? []).map((value) => ({ value, label: said(value) }));
  const missing = held.filter((value) => value && !offers.some((one) => one.value === value));
  return [...offers, ...missing.map((value) => ({ value, label: said(value) }))];
}
