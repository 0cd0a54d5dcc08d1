/** How the teams stand, or the people of one: what is open, nobody's, about to be late and late, each a way to the list. */
import { Group, Paper, Select, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Count, countsQuery } from "../api/counts";
import { quoted } from "../api/quoted";
import { teamsQuery } from "../api/structure";
import { Failed, Loading, Note } from "../shared/states";
import { useStaff } from "./parts";

const COUNTS = ["open", "unassigned", "soon", "breached"] as const;
type Counted = (typeof COUNTS)[number];

interface StandingProps {
  /** What is about to be late, in the filter language. */
  soon: string;
  upTo: number;
}

export function Standing({ soon, upTo }: StandingProps): ReactNode {
  const { t } = useTranslation();
  const teams = useQuery(teamsQuery);
  const staff = useStaff();
  const [team, setTeam] = useState<string | null>(null);
  const members = staff.filter((one) => one.teams.some((its) => its.id === team));
  const rows = team ? members : (teams.data?.items ?? []);
  const columns = COUNTS.filter((one) => !(team && one === "unassigned"));
  const filters: Record<Counted, string> = { open: "open = true", unassigned: "assignee = null AND open = true", soon, breached: "breached = true AND open = true" };
  const filterOf = (id: string, column: Counted) => [team && `assignee = ${quoted(id)}`, `team = ${quoted(team ?? id)}`, filters[column]].filter(Boolean).join(" AND ");
  const asked = Object.fromEntries(rows.flatMap((row) => columns.map((column) => [`${row.id} ${column}`, filterOf(row.id, column)])));
  const counts = useQuery({ ...countsQuery(asked, upTo), enabled: rows.length > 0 });
  return (
    <Paper withBorder p="md" component="section" aria-label={t("standing.title")}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          {t("standing.title")}
        </Title>
        <Select size="xs" aria-label={t("standing.of")} placeholder={t("standing.teams")} clearable value={team} onChange={setTeam} data={(teams.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))} />
      </Group>
      {teams.isPending && <Loading />}
      {teams.isError && <Failed error={teams.error} again={() => void teams.refetch()} />}
      {counts.isError && <Failed error={counts.error} again={() => void counts.refetch()} />}
      {teams.data && rows.length === 0 && <Note icon="users" title={t("standing.none")} />}
      {rows.length > 0 && (
        <Table.ScrollContainer minWidth={420}>
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t(team ? "standing.person" : "field.team")}</Table.Th>
                {columns.map((column) => (
                  <Table.Th key={column} ta="right">
                    {t(`standing_counts.${column}`)}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.id}>
                  <Table.Td>{row.name}</Table.Td>
                  {columns.map((column) => (
                    <Table.Td key={column} ta="right">
                      <Many count={counts.data?.[`${row.id} ${column}`]} filter={filterOf(row.id, column)} column={column} of={row.name} />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Paper>
  );
}

const COLOURS: Partial<Record<Counted, string>> = { soon: "orange", breached: "red" };

function Many({ count, filter, column, of }: { count: Count | undefined; filter: string; column: Counted; of: string }): ReactNode {
  const { t, i18n } = useTranslation();
  if (!count) return <Text size="sm">–</Text>;
  const said = `${count.count.toLocaleString(i18n.language)}${count.more ? "+" : ""}`;
  return (
    <Link to="/desk/tickets" search={{ filter, order: "due_at asc" }} className="plain" aria-label={`${of}, ${t(`standing_counts.${column}`)}: ${said}`}>
      <Text span size="sm" className="number" c={count.count > 0 ? COLOURS[column] : undefined}>
        {said}
      </Text>
    </Link>
  );
}
