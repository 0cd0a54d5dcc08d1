/** The input of a field that a tenant added, by its type; values are as the API takes them. */
import { Checkbox, Group, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../api/client";
import { useMe } from "./me";
import { PersonField } from "./person-field";
import { useThings } from "./use-things";
import type { Values } from "./conditions";

export type FieldValue = string | number | boolean | string[] | { amount: string; currency: string } | null;
export type FieldValues = Record<string, FieldValue>;

/** What conditions know of values: `fields.<slug>`, money by its amount and its currency. */
export function known(values: FieldValues): Values {
  const found: Values = {};
  for (const [slug, value] of Object.entries(values)) {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      found[`fields.${slug}`] = Number(value.amount);
      found[`fields.${slug}.currency`] = value.currency;
    } else {
      found[`fields.${slug}`] = value;
    }
  }
  return found;
}

/** What of a field its input has to know. */
export type AskedField = Pick<Schemas["TicketField"], "slug" | "name" | "type" | "description" | "choices" | "dependent_choices">;

/** The choices that go with the values given so far. */
export function choicesOf(field: AskedField, values: FieldValues): string[] {
  const by = field.dependent_choices;
  return by ? (by.choices[String(values[by.field])] ?? []) : field.choices;
}

interface FieldInputProps {
  field: AskedField;
  values: FieldValues;
  required: boolean;
  error?: string | undefined;
  readOnly?: boolean;
  /** Small, and named for readers of the screen alone: its name stands beside it. */
  bare?: boolean;
  set: (value: FieldValue) => void;
}

export function FieldInput({ field, values, required, error, readOnly = false, bare = false, set }: FieldInputProps): ReactNode {
  const value = values[field.slug] ?? null;
  const named = bare ? ({ "aria-label": field.name, size: "xs" } as const) : { label: field.name, description: field.description || undefined };
  const looks: Looks = { ...named, required, error, readOnly };
  const text = typeof value === "string" ? value : "";
  switch (field.type) {
    case "number":
      return <NumberInput {...looks} value={typeof value === "number" ? value : ""} onChange={(next) => set(typeof next === "number" ? next : null)} />;
    case "checkbox":
      return <Checkbox {...named} error={error} disabled={readOnly} checked={value === true} onChange={(event) => set(event.target.checked)} />;
    case "choice":
    case "tree":
      return <Select {...looks} value={text || null} data={choicesOf(field, values)} onChange={set} searchable clearable={!required} />;
    case "choices":
      return <MultiSelect {...looks} value={Array.isArray(value) ? value : []} data={choicesOf(field, values)} onChange={(next) => set(next.length > 0 ? next : null)} />;
    case "money":
      return <MoneyInput field={field} looks={looks} value={value} set={set} />;
    case "person":
      return <PersonField looks={looks} value={text} set={set} />;
    case "ci":
      return <ItemInput looks={looks} value={text} set={set} />;
    default:
      return <TextInput {...looks} type={INPUT_TYPES[field.type] ?? "text"} value={text} onChange={(event) => set(event.target.value || null)} />;
  }
}

const INPUT_TYPES: Record<string, string> = { date: "date", url: "url" };

export interface Looks {
  label?: string;
  description?: string | undefined;
  "aria-label"?: string;
  size?: "xs";
  required: boolean;
  error: string | undefined;
  readOnly: boolean;
}

interface PartProps {
  looks: Looks;
  set: (value: FieldValue) => void;
}

/** One of the things that the person may see: their own, where they may see no others. */
function ItemInput({ looks, value, set }: PartProps & { value: string }): ReactNode {
  const things = useThings(value ? [value] : []);
  return <Select {...looks} {...things} value={value || null} onChange={set} clearable={!looks.required} />;
}

const CURRENCIES: Record<string, string> = { "Europe/Warsaw": "PLN", "Europe/London": "GBP" };

function MoneyInput({ field, looks, value, set }: PartProps & { field: AskedField; value: FieldValue }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const zone = me.time_zone ?? "";
  const usual = CURRENCIES[zone] ?? (zone.startsWith("Europe/") ? "EUR" : "USD");
  const money = typeof value === "object" && value !== null && !Array.isArray(value) ? value : { amount: "", currency: usual };
  const change = (next: typeof money) => set(next.amount ? next : null);
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <TextInput {...looks} flex={1} inputMode="decimal" value={money.amount} onChange={(event) => change({ ...money, amount: event.target.value.replace(",", ".") })} />
      <TextInput w={90} {...(looks.size && { size: looks.size })} readOnly={looks.readOnly} aria-label={`${field.name}: ${t("catalog.currency")}`} maxLength={3} value={money.currency} onChange={(event) => change({ ...money, currency: event.target.value.toUpperCase() })} />
    </Group>
  );
}
