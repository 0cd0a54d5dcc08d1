/** What conditions may ask about: the fields that the desk names, the tenant's own among them, and what is known of events. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, type Schemas, take } from "../../api/client";
import type { Input } from "../inputs";

const filterFieldsQuery = queryOptions({
  queryKey: ["filter-fields"],
  queryFn: () => take(api.GET("/api/v1/filter-fields")),
  staleTime: 60_000,
});

const OF_EVENTS = ["event", "changed", "old_state", "actor", "actor_kind", "comment.visibility", "comment.body", "comment.from_requester", "approval.name", "approval.state", "clock.name", "clock.kind"] as const;
const LEVELS = ["high", "medium", "low"] as const;
const TRUTH: Partial<Input> = { choices: ["true", "false"], words: "choices" };
/** Fields whose values have names of their own, or stand nowhere in the desk's answer. */
const KNOWN: Record<string, Partial<Input>> = {
  state: { of: "states" }, old_state: { of: "states" }, queue: { of: "queues" }, team: { of: "teams" }, process: { of: "processes" }, type: { of: "types" },
  organization: { of: "organizations" }, priority: { choices: ["critical", ...LEVELS], words: "priorities" }, impact: { choices: LEVELS, words: "levels" },
  urgency: { choices: LEVELS, words: "levels" }, "comment.visibility": { choices: ["public", "internal"] }, "comment.from_requester": TRUTH,
  actor_kind: { choices: ["user", "service_account", "system"] },
};

interface ConditionFields {
  /** What may be asked about; `held` stays to be seen where it is offered no more. */
  offered: (held: string) => { value: string; label: string }[];
  /** What is known of the values of a field. */
  values: (field: string) => Partial<Input>;
}

export function useConditionFields(about: "ticket" | "event"): ConditionFields {
  const { t, i18n } = useTranslation();
  const known = useQuery(filterFieldsQuery).data?.fields ?? [];
  const builtIn = (name: string) => {
    const keys = [`condition_fields.${name.replace(".", "_")}`, `field.${name}`];
    const key = keys.find((one) => i18n.exists(one));
    return key ? t(key as "field.state") : name;
  };
  const label = ({ name, title }: Schemas["FilterField"]) => {
    if (title === null) return builtIn(name);
    return name.endsWith(".currency") ? `${title}: ${t("section_fields.currency")}` : title;
  };
  const of = known.filter((one) => one.active).map((one) => ({ value: one.name, label: label(one) }));
  const all = [...of, ...(about === "event" ? OF_EVENTS : []).map((value) => ({ value: value as string, label: builtIn(value) }))];
  all.sort((one, other) => one.label.localeCompare(other.label, i18n.language));
  return {
    offered: (held) => (held && !all.some((one) => one.value === held) ? [...all, { value: held, label: held }] : all),
    values: (name) => {
      const field = known.find((one) => one.name === name);
      if (KNOWN[name] || !field) return KNOWN[name] ?? {};
      if (field.type === "bool") return TRUTH;
      return field.values.length > 0 ? { choices: field.values } : {};
    },
  };
}
