/** What is known of the chosen state or move, to be changed; faults stand beside what they are about. */
import { ActionIcon, Alert, Autocomplete, Button, Checkbox, Group, MultiSelect, Select, Stack, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { fieldsQuery } from "../../api/catalog";
import { Icon } from "../../shared/icons";
import { ConditionInput } from "../editors/condition";
import { useOffered } from "../offered";
import { CATEGORIES, type Chosen, type Definition, type Fault, faultsAt, type Move, type State, withoutState } from "./model";

const PERMISSIONS = ["tickets.transition", "tickets.update", "tickets.assign", "tickets.comment", "tickets.close_own", "tickets.configure"];

interface InspectorProps {
  definition: Definition;
  faults: Fault[];
  chosen: Chosen;
  change: (definition: Definition) => void;
  choose: (chosen: Chosen | null) => void;
}

export function Inspector(props: InspectorProps): ReactNode {
  const { definition, chosen, faults } = props;
  const state = chosen.kind === "states" ? definition.states[chosen.place] : undefined;
  const move = chosen.kind === "moves" ? definition.moves[chosen.place] : undefined;
  return (
    <Stack gap="sm">
      {faultsAt(faults, chosen.kind, chosen.place).map((fault) => (
        <Alert key={fault.field + fault.reason} color="red" variant="light" p="xs">
          {fault.reason}
        </Alert>
      ))}
      {state && <StateForm {...props} state={state} />}
      {move && <MoveForm {...props} move={move} />}
    </Stack>
  );
}

function StateForm({ definition, chosen, change, choose, state }: InspectorProps & { state: State }): ReactNode {
  const { t } = useTranslation();
  const set = (part: Partial<State>) => change({ ...definition, states: definition.states.map((one, place) => (place === chosen.place ? { ...one, ...part } : one)) });
  const first = definition.initial === state.slug;
  return (
    <>
      <Title order={2} size="h5">
        {t("workflow.state")}
      </Title>
      <TextInput label={t("admin.name")} description={state.slug} value={state.name} onChange={(event) => set({ name: event.target.value })} />
      <Select label={t("workflow.category")} allowDeselect={false} value={state.category} data={CATEGORIES.map((value) => ({ value, label: t(`categories.${value}`) }))} onChange={(category) => category && set({ category })} />
      <Checkbox label={t("workflow.first")} checked={first} disabled={first} onChange={() => change({ ...definition, initial: state.slug })} />
      <Button
        variant="light"
        color="red"
        disabled={first}
        onClick={() => {
          change(withoutState(definition, state.slug));
          choose(null);
        }}
      >
        {t("workflow.remove_state")}
      </Button>
    </>
  );
}

function MoveForm({ definition, chosen, change, choose, move }: InspectorProps & { move: Move }): ReactNode {
  const { t } = useTranslation();
  const fields = useQuery(fieldsQuery);
  const roles = useOffered({ name: "roles", kind: "many", of: "roles" }, move.roles ?? []);
  const states = definition.states.map((one) => ({ value: one.slug, label: one.name }));
  const set = (part: Partial<Move>) => change({ ...definition, moves: definition.moves.map((one, place) => (place === chosen.place ? { ...one, ...part } : one)) });
  const guards = move.guards ?? [];
  const conditions = guards.filter((one) => one.kind === "condition");
  const toggled = (kind: string, on: boolean) => set({ guards: on ? [...guards, { kind }] : guards.filter((one) => one.kind !== kind) });
  const setCondition = (place: number, part: { filter?: string; message?: string } | null) => {
    const next = part === null ? conditions.filter((_, at) => at !== place) : conditions.map((one, at) => (at === place ? { ...one, ...part } : one));
    set({ guards: [...guards.filter((one) => one.kind !== "condition"), ...next] });
  };
  return (
    <>
      <Title order={2} size="h5">
        {t("workflow.move")}
      </Title>
      <TextInput label={t("admin.name")} value={move.name} onChange={(event) => set({ name: event.target.value })} />
      <Group grow>
        <Select label={t("workflow.from")} data={states} value={move.from} allowDeselect={false} onChange={(from) => from && set({ from })} />
        <Select label={t("workflow.to")} data={states} value={move.to} allowDeselect={false} onChange={(to) => to && set({ to })} />
      </Group>
      <Autocomplete label={t("workflow.permission")} data={PERMISSIONS} value={move.permission ?? ""} onChange={(permission) => set({ permission })} />
      <Autocomplete label={t("workflow.own_permission")} data={PERMISSIONS} value={move.own_permission ?? ""} onChange={(own_permission) => set({ own_permission })} />
      <MultiSelect label={t("workflow.roles")} searchable value={move.roles ?? []} data={roles} onChange={(next) => set({ roles: next })} />
      <MultiSelect label={t("workflow.only")} value={move.only ?? []} data={(["assignee", "requester"] as const).map((value) => ({ value, label: t(`field.${value}`) }))} onChange={(only) => set({ only })} />
      <MultiSelect label={t("workflow.required_fields")} searchable value={move.required_fields ?? []} data={(fields.data?.items ?? []).map((one) => ({ value: one.slug, label: one.name }))} onChange={(required_fields) => set({ required_fields })} />
      <Checkbox label={t("workflow.comment_required")} checked={move.comment_required ?? false} onChange={(event) => set({ comment_required: event.target.checked })} />
      <Checkbox label={t("workflow.no_open_children")} checked={guards.some((one) => one.kind === "no_open_children")} onChange={(event) => toggled("no_open_children", event.target.checked)} />
      <Checkbox label={t("workflow.approved")} checked={guards.some((one) => one.kind === "approved")} onChange={(event) => toggled("approved", event.target.checked)} />
      {conditions.map((guard, place) => (
        <Stack key={place} gap={4}>
          <Group gap="xs" align="flex-start" wrap="nowrap">
            <div style={{ flex: 1 }}>
              <ConditionInput looks={{ label: t("workflow.condition"), required: true, error: undefined }} value={guard.filter ?? ""} set={(filter) => setCondition(place, { filter })} about="ticket" />
            </div>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("workflow.remove_condition")} onClick={() => setCondition(place, null)}>
              <Icon name="close" />
            </ActionIcon>
          </Group>
          <TextInput aria-label={t("workflow.message")} placeholder={t("workflow.message")} value={guard.message ?? ""} onChange={(event) => setCondition(place, { message: event.target.value })} />
        </Stack>
      ))}
      <Button variant="subtle" size="xs" onClick={() => set({ guards: [...guards, { kind: "condition", filter: "", message: "" }] })}>
        {t("workflow.add_condition")}
      </Button>
      <Button
        variant="light"
        color="red"
        onClick={() => {
          change({ ...definition, moves: definition.moves.filter((_, place) => place !== chosen.place) });
          choose(null);
        }}
      >
        {t("workflow.remove_move")}
      </Button>
    </>
  );
}
