import { ActionIcon, Button, Group, Popover, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, onceKey, take } from "../api/client";
import { Problem } from "../api/problem";
import type { Wanted } from "../api/queries";
import { queuesQuery, teamsQuery } from "../api/structure";
import { useWord } from "../shared/badges";
import { Icon } from "../shared/icons";
import type { Column } from "./column-order";
import { type Condition, type Field, FIELDS, isTrueOrFalse, written } from "./filters";

const EMPTY: Condition = { field: "state", not: false, value: "" };

interface FilterButtonProps {
  columns: Column[];
  /** What the list asks for now, written out. */
  question: Wanted;
}

/** Puts a filter together, applies it, and keeps the list as a view. */
export function FilterButton({ columns, question }: FilterButtonProps): ReactNode {
  const { t } = useTranslation();
  const search = useSearch({ from: "/signed-in/desk/tickets" });
  const navigate = useNavigate({ from: "/desk/tickets" });
  const [opened, { toggle, close }] = useDisclosure();
  const [conditions, setConditions] = useState<Condition[]>([EMPTY]);

  function change(place: number, part: Partial<Condition>): void {
    setConditions(conditions.map((one, at) => (at === place ? { ...one, ...part } : one)));
  }

  function apply(event: FormEvent): void {
    event.preventDefault();
    void navigate({ search: { ...search, filter: written(conditions) || undefined } });
    close();
  }

  return (
    <Popover opened={opened} onChange={(open) => !open && close()} width={560} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button variant={search.filter ? "light" : "default"} leftSection={<Icon name="filter" size={16} />} onClick={toggle}>
          {t("filter.title")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="95vw">
        <Stack component="form" onSubmit={apply} gap="xs">
          {conditions.map((condition, place) => (
            <Group key={place} gap="xs" wrap="nowrap">
              <Select
                size="xs"
                w={140}
                aria-label={t("filter.field")}
                data={FIELDS.map((field) => ({ value: field, label: t(`field.${field}`) }))}
                value={condition.field}
                onChange={(field) => field && change(place, { field: field as Field, value: "" })}
                allowDeselect={false}
                comboboxProps={{ withinPortal: false }}
              />
              <Switch size="xs" checked={condition.not} onChange={(e) => change(place, { not: e.target.checked })} label={t("filter.not")} />
              <Value condition={condition} set={(value) => change(place, { value })} />
              <ActionIcon variant="subtle" color="gray" aria-label={t("filter.remove")} onClick={() => setConditions(conditions.filter((_one, at) => at !== place))}>
                <Icon name="close" size={14} />
              </ActionIcon>
            </Group>
          ))}
          <Group justify="space-between">
            <Button size="xs" variant="subtle" leftSection={<Icon name="plus" size={14} />} onClick={() => setConditions([...conditions, EMPTY])}>
              {t("filter.add")}
            </Button>
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={() => setConditions([EMPTY])}>
                {t("filter.clear")}
              </Button>
              <Button size="xs" type="submit">
                {t("filter.apply")}
              </Button>
            </Group>
          </Group>
        </Stack>
        <SaveView done={close} columns={columns} question={question} />
      </Popover.Dropdown>
    </Popover>
  );
}

const STATES = ["new", "open", "pending_requester", "pending_supplier", "resolved", "closed", "cancelled"];
const PRIORITIES = ["critical", "high", "medium", "low"];

function Value({ condition, set }: { condition: Condition; set: (value: string) => void }): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const queues = useQuery(queuesQuery);
  const teams = useQuery(teamsQuery);
  const offered: Partial<Record<Field, { value: string; label: string }[]>> = {
    state: STATES.map((value) => ({ value, label: word("states", value) })),
    priority: PRIORITIES.map((value) => ({ value, label: word("priorities", value) })),
    queue: (queues.data?.items ?? []).map((one) => ({ value: one.slug, label: one.name })),
    team: (teams.data?.items ?? []).map((one) => ({ value: one.slug, label: one.name })),
  };
  const data = isTrueOrFalse(condition.field)
    ? ["true", "false"].map((value) => ({ value, label: t(value === "true" ? "filter.yes" : "filter.no") }))
    : offered[condition.field];
  const common = { size: "xs", flex: 1, "aria-label": t("filter.value") } as const;
  if (!data) return <TextInput {...common} value={condition.value} onChange={(e) => set(e.target.value)} />;
  return <Select {...common} data={data} value={condition.value || null} onChange={(value) => set(value ?? "")} searchable comboboxProps={{ withinPortal: false }} />;
}

/** Keeps what the list shows now as a view of one's own. */
function SaveView({ done, columns, question }: FilterButtonProps & { done: () => void }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate({ from: "/desk/tickets" });
  const [name, setName] = useState("");
  const { filter = "", q = "", order_by = "" } = question;
  const saving = useMutation({
    mutationFn: () => take(api.POST("/api/v1/views", { params: { header: onceKey() }, body: { name: name.trim(), filter, q, order_by, columns: ["number", "title", ...columns] } })),
    onSuccess: async (view) => {
      await queries.invalidateQueries({ queryKey: ["views"] });
      await queries.invalidateQueries({ queryKey: ["counts"] });
      await navigate({ search: { saved: view.id } });
      done();
    },
  });
  const problem = saving.error instanceof Problem ? (saving.error.fields[0]?.reason ?? saving.error.detail) : null;
  return (
    <Group gap="xs" mt="md" align="flex-end">
      <TextInput size="xs" flex={1} label={t("filter.save_as")} value={name} onChange={(e) => setName(e.target.value)} error={problem} />
      <Button size="xs" variant="light" disabled={!name.trim()} loading={saving.isPending} onClick={() => saving.mutate()}>
        {t("filter.save")}
      </Button>
    </Group>
  );
}
