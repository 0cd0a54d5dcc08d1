/** The columns of the list: which, in which order, and by which the list can be ordered. */
import { ActionIcon, Button, Checkbox, Group, Popover, Stack, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api, ifMatch, type Schemas, take, type Ticket } from "../api/client";
import { DueBadge, nearest, StateBadge, useWord, When } from "../shared/badges";
import { Icon } from "../shared/icons";
import { useMe } from "../shared/me";
import { Person } from "../shared/person";
import { type Column, COLUMNS, DEFAULT_COLUMNS, moved } from "./column-order";

/**
 * The columns of a list and the way to change them: those of a saved view belong to the view, all others to the person
 * in this browser, where they are kept.
 */
export function useColumns(view: Schemas["View"] | undefined): [Column[], (columns: Column[]) => void] {
  const me = useMe();
  const queries = useQueryClient();
  const [own, setOwn] = useLocalStorage<Column[]>({ key: `deskmesh-columns:${me.id}`, defaultValue: DEFAULT_COLUMNS, getInitialValueInEffect: false });
  const ofView = view ? view.columns.filter((one): one is Column => (COLUMNS as readonly string[]).includes(one)) : [];
  const shown = ofView.length > 0 ? ofView : own;

  function choose(columns: Column[]): void {
    if (view?.owner?.id !== me.id) {
      setOwn(columns);
      return;
    }
    const params = { path: { view: view.id }, header: ifMatch(view.version) };
    void take(api.PATCH("/api/v1/views/{view}", { params, body: { columns: ["number", "title", ...columns] } }))
      .catch(() => undefined)
      .finally(() => void queries.invalidateQueries({ queryKey: ["views"] }));
  }
  return [shown, choose];
}

export function ColumnsButton({ columns, choose }: { columns: Column[]; choose: (columns: Column[]) => void }): ReactNode {
  const { t } = useTranslation();
  const others = COLUMNS.filter((one) => !columns.includes(one));
  return (
    <Popover width={280} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button variant="default" visibleFrom="md">
          {t("columns.title")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={4}>
          {columns.map((one, place) => (
            <Group key={one} justify="space-between" wrap="nowrap">
              <Checkbox size="xs" label={t(`columns.${one}`)} checked onChange={() => choose(columns.filter((other) => other !== one))} />
              <Group gap={0} wrap="nowrap">
                <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("columns.earlier", { name: t(`columns.${one}`) })} disabled={place === 0} onClick={() => choose(moved(columns, place, -1))}>
                  <span className="up">
                    <Icon name="next" size={14} />
                  </span>
                </ActionIcon>
                <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("columns.later", { name: t(`columns.${one}`) })} disabled={place === columns.length - 1} onClick={() => choose(moved(columns, place, 1))}>
                  <span className="turned">
                    <Icon name="next" size={14} />
                  </span>
                </ActionIcon>
              </Group>
            </Group>
          ))}
          {others.map((one) => (
            <Checkbox key={one} size="xs" label={t(`columns.${one}`)} checked={false} onChange={() => choose([...columns, one])} />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What a column says of a ticket. */
export function Cell({ column, ticket }: { column: Column; ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  switch (column) {
    case "state":
      return <StateBadge ticket={ticket} />;
    case "due_at":
      return <DueBadge clock={nearest(ticket.sla)} />;
    case "priority":
      return <Plain text={ticket.priority && word("priorities", ticket.priority)} />;
    case "type":
      return <Plain text={word("types", ticket.type)} />;
    case "assignee":
      return ticket.assignee ? <Person name={ticket.assignee.name} quiet /> : <Plain text={t("field.nobody")} />;
    case "tags":
      return <Plain text={ticket.tags.join(", ")} />;
    case "category":
      return <Plain text={ticket.category} />;
    case "updated_at":
    case "created_at":
      return (
        <Text size="sm" className="quiet">
          <When moment={ticket[column]} />
        </Text>
      );
    default:
      return <Plain text={ticket[column]?.name ?? null} />;
  }
}

function Plain({ text }: { text: string | null }): ReactNode {
  return (
    <Text size="sm" className="quiet clip" title={text ?? undefined}>
      {text}
    </Text>
  );
}
