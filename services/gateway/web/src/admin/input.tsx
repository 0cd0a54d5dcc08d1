/** The inputs of a form, each by its kind; rows and groups hold inputs of their own. The desk's reasons stand at their places. */
import { ActionIcon, Alert, Button, Fieldset, Group, MultiSelect, NumberInput, Select, Stack, Switch, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "../api/problem";
import { Icon } from "../shared/icons";
import { ConditionInput } from "./editors/condition";
import { BranchesInput, MappingInput, ValuesInput } from "./editors/pairs";
import { PermissionsInput } from "./editors/permissions";
import { RecurrenceInput } from "./editors/recurrence";
import { SpanInput } from "./editors/span";
import { type Intervals, IntervalsInput, type Week, WeekInput } from "./editors/week";
import { belongs, type Fault, type Input, partsOf, shown, type Written } from "./inputs";
import { useOffered } from "./offered";

export interface InputProps {
  input: Input;
  value: unknown;
  set: (value: unknown) => void;
  /** Where the input stands in what the API is sent: `targets[0].clock`. */
  place: string;
  faults: readonly Fault[];
}

export function useLabel(): (name: string) => string {
  const { t, i18n } = useTranslation();
  return (name) => (i18n.exists(`section_fields.${name}`) ? t(`section_fields.${name}` as "section_fields.name") : name);
}

/** What the desk says of a place, and of all below it that no other input says. */
export function reasonAt(place: string, faults: readonly Fault[]): string | undefined {
  const own = faults.filter((one) => belongs(one.field, place));
  return own.map((one) => (one.field === place ? one.reason : `${one.field.slice(place.length)}: ${one.reason}`)).join("; ") || undefined;
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

export function OneInput(props: InputProps): ReactNode {
  const { input, value, set, place, faults } = props;
  const label = useLabel()(input.label ?? input.name);
  const error = reasonAt(place, faults);
  const looks = { label, required: input.required ?? false, error };
  const text = typeof value === "string" ? value : "";
  switch (input.kind) {
    case "rows":
      return <RowsInput {...props} />;
    case "group":
      return <GroupInput {...props} />;
    case "switch":
      return <Switch label={label} error={error} checked={value === true} onChange={(event) => set(event.target.checked)} />;
    case "number":
      return <NumberInput {...looks} allowDecimal={false} value={typeof value === "number" ? value : ""} onChange={(next) => set(typeof next === "number" ? next : "")} />;
    case "choice":
    case "one":
    case "choices":
    case "many":
      return <ChoiceInput {...props} looks={looks} />;
    case "tags":
      return <TagsInput {...looks} value={texts(value)} onChange={set} />;
    case "text":
      return <Textarea {...looks} autosize minRows={2} value={text} onChange={(event) => set(event.target.value)} />;
    case "date":
      return <TextInput {...looks} type="date" value={text} onChange={(event) => set(event.target.value)} />;
    case "moment":
      return <TextInput {...looks} type="datetime-local" value={text} onChange={(event) => set(event.target.value)} />;
    case "span":
      return <SpanInput looks={looks} value={text} set={set} business={input.name === "target"} />;
    case "condition":
      return <ConditionInput looks={looks} value={text} set={set} about={input.about ?? "ticket"} never={input.empty === "never"} />;
    case "rrule":
      return <RecurrenceInput looks={looks} value={text} set={set} />;
    case "week":
      return <WeekInput label={label} error={error} value={(value ?? {}) as Week} set={set} />;
    case "intervals":
      return <IntervalsInput label={label} value={(value ?? []) as Intervals} set={set} />;
    case "permissions":
      return <PermissionsInput error={error} value={texts(value)} set={set} />;
    case "values":
      return <ValuesInput label={label} error={error} value={(value ?? {}) as Record<string, unknown>} set={set} />;
    case "branches":
      return <BranchesInput label={label} error={error} value={(value ?? {}) as Record<string, string[]>} set={set} />;
    case "mapping":
      return <MappingInput input={input} label={label} error={error} value={(value ?? {}) as Record<string, string>} set={set} />;
    case "secret":
      return <TextInput {...looks} type="password" autoComplete="new-password" value={text} onChange={(event) => set(event.target.value)} />;
    default:
      return <TextInput {...looks} autoComplete="off" value={text} onChange={(event) => set(event.target.value)} />;
  }
}

function ChoiceInput({ input, value, set, looks }: InputProps & { looks: { label: string; required: boolean; error: string | undefined } }): ReactNode {
  const several = input.kind === "choices" || input.kind === "many";
  const data = useOffered(input, several ? texts(value) : [String(value ?? "")]);
  const common = { ...looks, data, searchable: data.length > 8 };
  if (several) return <MultiSelect {...common} value={texts(value)} onChange={set} clearable={!looks.required} />;
  return <Select {...common} value={String(value ?? "") || null} onChange={(next) => set(next ?? "")} clearable={!looks.required} />;
}

function Parts({ input, value, set, place, faults }: InputProps & { value: Record<string, unknown> }): ReactNode {
  return partsOf(input, value).map((part) => (
    <OneInput key={part.name} input={part} value={value[part.name] ?? shown(part, undefined)} set={(next) => set({ ...value, [part.name]: next })} place={`${place}.${part.name}`} faults={faults} />
  ));
}

function GroupInput(props: InputProps): ReactNode {
  const label = useLabel()(props.input.label ?? props.input.name);
  const own = props.faults.filter((one) => one.field === props.place);
  return (
    <Fieldset legend={label} variant="default">
      <Stack gap="xs">
        {own.length > 0 && (
          <Text size="sm" c="red">
            {reasonAt(props.place, own)}
          </Text>
        )}
        <Parts {...props} value={(props.value ?? {}) as Record<string, unknown>} />
      </Stack>
    </Fieldset>
  );
}

function RowsInput(props: InputProps): ReactNode {
  const { t } = useTranslation();
  const { input, set, place, faults } = props;
  const label = useLabel()(input.label ?? input.name);
  const rows = (Array.isArray(props.value) ? props.value : []) as Record<string, unknown>[];
  const own = faults.filter((one) => one.field === place || rows.some((_, at) => one.field === `${place}[${at}]`));
  const move = (from: number, to: number) => {
    const next = rows.filter((_, at) => at !== from);
    next.splice(to, 0, rows[from] ?? {});
    set(next);
  };
  return (
    <Fieldset legend={label} variant="default">
      <Stack gap="xs">
        {own.length > 0 && (
          <Text size="sm" c="red" role="alert">
            {own.map((one) => one.reason).join("; ")}
          </Text>
        )}
        {rows.map((row, at) => (
          <div key={at} className="form-row" role="group" aria-label={`${label} ${at + 1}`}>
            <Stack gap="xs">
              <Parts {...props} value={row} set={(next) => set(rows.map((one, place) => (place === at ? next : one)))} place={`${place}[${at}]`} />
            </Stack>
            <Stack gap={2}>
              <ActionIcon variant="subtle" color="gray" aria-label={t("rows.remove", { row: at + 1 })} onClick={() => set(rows.filter((_, place) => place !== at))}>
                <Icon name="close" size={16} />
              </ActionIcon>
              {at > 0 && (
                <ActionIcon variant="subtle" color="gray" aria-label={t("rows.up", { row: at + 1 })} onClick={() => move(at, at - 1)}>
                  <Icon name="up" size={16} />
                </ActionIcon>
              )}
            </Stack>
          </div>
        ))}
        <Group>
          <Button variant="subtle" size="xs" leftSection={<Icon name="plus" size={14} />} aria-label={t("rows.add_to", { list: label })} onClick={() => set([...rows, {}])}>
            {t("rows.add")}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

interface InputsProps {
  inputs: readonly Input[];
  filled: Written;
  set: (filled: Written) => void;
  error: Error | null;
}

/** The inputs of a form, and what the desk has said against it. */
export function Inputs({ inputs, filled, set, error }: InputsProps): ReactNode {
  const { t } = useTranslation();
  const problem = error instanceof Problem ? error : null;
  const faults = problem?.fields ?? [];
  const elsewhere = faults.filter((one) => !inputs.some((input) => belongs(one.field, input.name)));
  return (
    <>
      {inputs.map((input) => (
        <OneInput key={input.name} input={input} value={filled[input.name]} faults={faults} place={input.name} set={(value) => set({ ...filled, [input.name]: value })} />
      ))}
      {error && (
        <Alert color="red" variant="light" role="alert">
          {problem?.status === 412 ? t("admin.stale") : problem && problem.status !== 0 ? problem.detail : t("composer.not_sent")}
          {elsewhere.map((one) => (
            <div key={one.field}>
              {one.field}: {one.reason}
            </div>
          ))}
        </Alert>
      )}
    </>
  );
}
