/** The input of any field of a ticket, built in or of the tenant's own, by the name that layouts give it. */
import { Autocomplete, MultiSelect, Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { fieldsQuery } from "../api/catalog";
import { peopleFoundQuery } from "../api/people";
import { processesQuery, queuesQuery, typesQuery } from "../api/structure";
import { useWord } from "./badges";
import { FieldInput, type FieldValue } from "./field-input";
import { fieldTitle, type LaidOutField, type LaidOutValues, ownSlug, ownValues } from "./layouts";
import { PAUSE, useThings } from "./use-things";

export interface TicketInputProps {
  field: LaidOutField;
  values: LaidOutValues;
  set: (name: string, value: FieldValue) => void;
  required: boolean;
  error?: string | undefined;
  /** Asks in the words of a requester. */
  plain?: boolean;
}

export function TicketInput(props: TicketInputProps): ReactNode {
  return ownSlug(props.field.name) === null ? <BuiltIn {...props} /> : <Own {...props} />;
}

function Own({ field, values, set, required, error }: TicketInputProps): ReactNode {
  const fields = useQuery(fieldsQuery);
  const { i18n } = useTranslation();
  const slug = ownSlug(field.name) ?? "";
  const definition = fields.data?.items.find((one) => one.slug === slug);
  const asked = { slug, name: fieldTitle(field, i18n.language) ?? slug, type: field.type ?? "text", description: field.description ?? "", choices: field.choices, dependent_choices: definition?.dependent_choices ?? null };
  return <FieldInput field={asked} values={ownValues(values)} required={required} error={error} set={(value) => set(field.name, value)} readOnly={field.read_only} />;
}

const LEVELS = ["high", "medium", "low"] as const;
const PRIORITIES = ["critical", "high", "medium", "low"] as const;
const LONGEST_TITLE = 500;

function BuiltIn({ field, values, set, required, error, plain = false }: TicketInputProps): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const name = field.name;
  const value = values[name] ?? null;
  const text = typeof value === "string" ? value : "";
  const looks = { label: t(`field.${name}` as "field.queue"), required, error, readOnly: field.read_only };
  const change = (next: string | null) => set(name, next);
  const chosen = { ...looks, value: text || null, onChange: change, clearable: !required, searchable: true };
  switch (name) {
    case "title":
      return <TextInput {...looks} {...(plain && { label: t("portal.what"), placeholder: t("portal.what_hint") })} value={text} maxLength={LONGEST_TITLE} onChange={(event) => change(event.target.value)} data-autofocus />;
    case "description":
      return <Textarea {...looks} {...(plain && { label: t("portal.more"), description: t("portal.more_hint") })} autosize minRows={5} value={text} onChange={(event) => change(event.target.value)} />;
    case "impact":
    case "urgency":
      return <Select {...chosen} data={LEVELS.map((level) => ({ value: level, label: word("levels", level) }))} />;
    case "priority":
      return <Select {...chosen} data={PRIORITIES.map((level) => ({ value: level, label: word("priorities", level) }))} />;
    case "tags":
      return <TagsInput {...looks} value={Array.isArray(value) ? value : []} onChange={(tags) => set(name, tags)} />;
    case "queue":
      return <QueueInput looks={chosen} process={String(values["process"] ?? "")} />;
    case "type":
    case "process":
      return <KindInput looks={{ ...chosen, clearable: false, ...(plain && name === "process" && { label: t("portal.department") }) }} name={name} />;
    case "requester":
      return <PersonInput looks={looks} value={text} change={change} />;
    case "service_id":
    case "ci_ids":
      return <ThingInput looks={looks} value={value} set={(next) => set(name, next)} service={name === "service_id"} />;
    default:
      return <TextInput {...looks} value={text} onChange={(event) => change(event.target.value || null)} />;
  }
}

interface Looks {
  label: string;
  required: boolean;
  error?: string | undefined;
  readOnly: boolean;
}

interface ChosenLooks extends Looks {
  value: string | null;
  onChange: (value: string | null) => void;
  clearable: boolean;
  searchable: boolean;
}

function QueueInput({ looks, process }: { looks: ChosenLooks; process: string }): ReactNode {
  const queues = useQuery(queuesQuery);
  const fitting = (queues.data?.items ?? []).filter((one) => one.active && (!process || one.process?.key === process));
  return <Select {...looks} data={fitting.map((one) => ({ value: one.slug, label: one.name }))} />;
}

function KindInput({ looks, name }: { looks: ChosenLooks; name: "type" | "process" }): ReactNode {
  const word = useWord();
  const types = useQuery({ ...typesQuery, enabled: name === "type" });
  const processes = useQuery({ ...processesQuery, enabled: name === "process" });
  const data =
    name === "type"
      ? (types.data?.items ?? []).filter((one) => one.active).map((one) => ({ value: one.slug, label: word("types", one.slug) }))
      : (processes.data?.items ?? []).filter((one) => one.active).map((one) => ({ value: one.slug, label: one.name }));
  return <Select {...looks} data={data} allowDeselect={false} />;
}

function PersonInput({ looks, value, change }: { looks: Looks; value: string; change: (value: string) => void }): ReactNode {
  const { t } = useTranslation();
  const [asked] = useDebouncedValue(value.trim(), PAUSE);
  const people = useQuery(peopleFoundQuery(asked));
  const found = asked.length > 1 ? (people.data?.items ?? []) : [];
  const names = new Map(found.map((one) => [one.email, one.name]));
  return (
    <Autocomplete
      {...looks}
      description={t("ticket.requester_hint")}
      value={value}
      onChange={change}
      data={[...names.keys()]}
      // The desk has found them, by names as well as by addresses.
      filter={({ options }) => options}
      renderOption={({ option }) => `${names.get(option.value) ?? ""} · ${option.value}`}
    />
  );
}

/** Things that the person may see; as the service concerned, of that class alone. */
function ThingInput({ looks, value, set, service }: { looks: Looks; value: FieldValue; set: (value: FieldValue) => void; service: boolean }): ReactNode {
  const chosen = value === null ? [] : ([value].flat() as string[]);
  const things = useThings(chosen, service);
  if (service) return <Select {...looks} {...things} value={chosen[0] ?? null} onChange={set} clearable />;
  return <MultiSelect {...looks} {...things} value={chosen} onChange={set} />;
}
