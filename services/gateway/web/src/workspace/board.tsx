/** The supervisor's board: what is open, who answers for it, what is about to be late. Kept up to date by itself. */
import { Group, Paper, SegmentedControl, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { countsQuery } from "../api/counts";
import { quoted } from "../api/quoted";
import { atRiskQuery, type ComplianceBy, complianceQuery } from "../api/reports";
import { queuesQuery, teamsQuery } from "../api/structure";
import { clockColour, useWord } from "../shared/badges";
import { span } from "../shared/format";
import { useMe } from "../shared/me";
import { useNow } from "../shared/now";
import { Failed, Loading, Note } from "../shared/states";
import { Standing } from "./standing";
import { filterOf, type ListSearch, type View, VIEWS } from "./views";
import { Volume } from "./volume";
import { Workload } from "./workload";

const BarsChart = lazy(() => import("./chart").then((all) => ({ default: all.BarsChart })));
const BY: readonly ComplianceBy[] = ["queue", "team", "policy"];

export function BoardPage(): ReactNode {
  const { t } = useTranslation();
  const soon = useSoon();
  return (
    <Stack p="md" gap="md">
      <Title order={1} size="h3">
        {t("nav.board")}
      </Title>
      <Counts soon={soon} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Compliance />
        <AtRisk />
      </SimpleGrid>
      <Standing soon={soon} upTo={COUNTED_UP_TO} />
      <Workload />
      <Volume />
    </Stack>
  );
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Whoever watches the whole desk wants to know how many, not that there are many. */
const COUNTED_UP_TO = 10_000;

interface Tile {
  name: string;
  label: string;
  filter: string;
  search: ListSearch;
  /** Of a number above zero that asks for something to be done. */
  colour?: string;
}

/** The filter of what is due within a day; in whole minutes, so that a question is the same one for that long. */
function useSoon(): string {
  const tomorrow = new Date(Math.ceil((useNow() + DAY) / MINUTE) * MINUTE).toISOString();
  return `open = true AND breached = false AND due_at < ${quoted(tomorrow)}`;
}

function useTiles(soon: string): Tile[] {
  const { t } = useTranslation();
  const me = useMe();
  const ofView = (name: View["name"]): Tile[] =>
    VIEWS.filter((view) => view.name === name).map((view) => ({ name, label: t(`views.${name}`), filter: filterOf(view, me.id), search: { view: name } }));
  return [
    ...ofView("open"),
    ...ofView("unassigned"),
    { name: "soon", label: t("board.due_soon"), filter: soon, search: { filter: soon, order: "due_at asc" }, colour: "orange" },
    ...ofView("breached").map((tile) => ({ ...tile, colour: "red" })),
  ];
}

function Counts({ soon }: { soon: string }): ReactNode {
  const { t, i18n } = useTranslation();
  const tiles = useTiles(soon);
  const counts = useQuery(countsQuery(Object.fromEntries(tiles.map((tile) => [tile.name, tile.filter])), COUNTED_UP_TO));
  if (counts.isError) return <Failed error={counts.error} again={() => void counts.refetch()} />;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} role="group" aria-label={t("board.now")}>
      {tiles.map(({ name, label, search, colour }) => {
        const count = counts.data?.[name];
        return (
          <Link key={name} to="/desk/tickets" search={search} className="plain">
            <Paper withBorder p="md">
              <Text size="xl" fw={700} className="number" c={count && count.count > 0 ? colour : undefined}>
                {count ? `${count.count.toLocaleString(i18n.language)}${count.more ? "+" : ""}` : "–"}
              </Text>
              <Text size="sm" className="quiet">
                {label}
              </Text>
            </Paper>
          </Link>
        );
      })}
    </SimpleGrid>
  );
}

function Compliance(): ReactNode {
  const { t } = useTranslation();
  const [by, setBy] = useState<ComplianceBy>("queue");
  const asked = useQuery(complianceQuery(by));
  const queues = useQuery(queuesQuery);
  const teams = useQuery(teamsQuery);
  const found = asked.data?.items;
  const groups = useMemo(
    () => {
      const named = { queue: queues.data?.items, team: teams.data?.items, policy: undefined }[by];
      return found?.map((one) => ({ ...one, name: named?.find((its) => its.slug === one.key)?.name ?? one.key ?? t("field.nobody") }));
    },
    [found, queues.data, teams.data, by, t],
  );
  const bars = useMemo(
    () => ({
      names: (groups ?? []).map((one) => one.name),
      series: [
        { name: t("board.met"), colour: "#2c8a6a", values: (groups ?? []).map((one) => one.met) },
        { name: t("board.breached"), colour: "#d9573f", values: (groups ?? []).map((one) => one.breached) },
        { name: t("board.open"), colour: "#9aa7ab", values: (groups ?? []).map((one) => one.open) },
      ],
    }),
    [groups, t],
  );
  return (
    <Paper withBorder p="md" component="section" aria-label={t("board.compliance")}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          {t("board.compliance")}
        </Title>
        <SegmentedControl size="xs" aria-label={t("board.by")} value={by} onChange={(value) => setBy(value as ComplianceBy)} data={BY.map((value) => ({ value, label: t(`board_by.${value}`) }))} />
      </Group>
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {groups?.length === 0 && <Note icon="chart" title={t("board.nothing")} />}
      {groups && groups.length > 0 && (
        <>
          <Suspense fallback={<Loading />}>
            <BarsChart bars={bars} label={t("board.compliance")} />
          </Suspense>
          <Table fz="sm" mt="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t(`board_by.${by}`)}</Table.Th>
                <Table.Th ta="right">{t("board.met")}</Table.Th>
                <Table.Th ta="right">{t("board.breached")}</Table.Th>
                <Table.Th ta="right">{t("board.rate")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {groups.map((one) => (
                <Table.Tr key={one.id ?? one.key}>
                  <Table.Td>{one.name}</Table.Td>
                  <Table.Td ta="right">{one.met}</Table.Td>
                  <Table.Td ta="right">{one.breached}</Table.Td>
                  <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>{one.rate === null || one.rate === undefined ? "–" : `${Math.round(one.rate * 100)} %`}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </>
      )}
    </Paper>
  );
}

function AtRisk(): ReactNode {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const word = useWord();
  const asked = useQuery(atRiskQuery);
  return (
    <Paper withBorder p="md" component="section" aria-label={t("board.at_risk")}>
      <Title order={2} size="h5" mb="sm">
        {t("board.at_risk")}
      </Title>
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.data?.items.length === 0 && <Note icon="check" title={t("board.none_at_risk")} />}
      <Stack gap={6} mah="34rem" style={{ overflowY: "auto" }}>
        {asked.data?.items.map((clock) => {
          const left = (new Date(clock.due_at).getTime() - now) / 1000;
          return (
            <Group key={clock.id} justify="space-between" wrap="nowrap">
              <Link to="/desk/tickets/$number" params={{ number: clock.ticket.number }} className="plain clip">
                <Text span size="sm" className="quiet number">
                  {clock.ticket.number}{" "}
                </Text>
                <Text span size="sm">
                  {clock.ticket.title}
                </Text>
              </Link>
              <Text size="xs" c={clockColour(clock.due_at, clock.breached, now) === "gray" ? undefined : clockColour(clock.due_at, clock.breached, now)} className="whole">
                {word("clocks", clock.name)} · {t(left < 0 ? "clock.over" : "clock.left", { span: span(left, i18n.language) })}
              </Text>
            </Group>
          );
        })}
      </Stack>
    </Paper>
  );
}
