/** Time that was noted on tickets, summed up: a chart and a table that say the same. */
import { Button, Group, Paper, SegmentedControl, Select, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { keepTime, MOST_TIME_SUMS, type TimeSum, timeSumsQuery } from "../api/reports";
import { workTime } from "../shared/format";
import { useMe } from "../shared/me";
import { Failed, Loading, Note } from "../shared/states";
import { TicketLink } from "./parts";
import { usePeriod, within } from "./period";

const BarsChart = lazy(() => import("./chart").then((all) => ({ default: all.BarsChart })));

const BY = ["person", "organization", "ticket", "activity"] as const;
const DRAWN = 12;
const HOUR = 60;

type By = (typeof BY)[number];
type Which = "all" | "billable" | "rest";

export function TimePage(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const { days, choice } = usePeriod();
  const [by, setBy] = useState<By>("person");
  const [which, setWhich] = useState<Which>("all");
  const period = within("started_at", days, me.time_zone);
  const filter = [period, which !== "all" && `billable = ${which === "billable"}`].filter(Boolean).join(" AND ");
  const found = useQuery({ ...timeSumsQuery(filter, by), enabled: Boolean(period), placeholderData: (before, asked) => (asked?.queryKey[3] === by ? before : undefined) });
  const keeping = useMutation({ mutationFn: () => keepTime(filter) });
  return (
    <Stack p="md" gap="sm" maw={1100}>
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t("worked.title")}
        </Title>
        <Button size="compact-sm" variant="default" loading={keeping.isPending} disabled={!found.data?.items.length} onClick={() => keeping.mutate()}>
          {t("volume.csv")}
        </Button>
      </Group>
      <Text size="sm" className="quiet">
        {t("worked.text")}
      </Text>
      <Group gap="sm" align="flex-end">
        {choice}
        <Select size="xs" w={150} aria-label={t("board.by")} value={by} onChange={(value) => setBy(value ?? "person")} allowDeselect={false} data={BY.map((value) => ({ value, label: t(`worked_by.${value}`) }))} />
        <SegmentedControl size="xs" aria-label={t("worked.which")} value={which} onChange={setWhich} data={[{ value: "all", label: t("worked.all") }, { value: "billable", label: t("worked.billable") }, { value: "rest", label: t("worked.rest") }]} />
      </Group>
      {(keeping.isError || keeping.data === false) && (
        <Text size="sm" c="red" role="alert">
          {t("undo.not_done")}
        </Text>
      )}
      {found.isLoading && <Loading />}
      {found.isError && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.data && <Sums sums={found.data.items} by={by} />}
    </Stack>
  );
}

function Sums({ sums, by }: { sums: TimeSum[]; by: By }): ReactNode {
  const { t, i18n } = useTranslation();
  const bars = useMemo(() => {
    const drawn = sums.slice(0, DRAWN);
    const hours = (minutes: number) => Math.round((minutes / HOUR) * 100) / 100;
    return {
      names: drawn.map((one) => (by === "ticket" ? one.key : one.name) ?? t("worked.without")),
      series: [
        { name: t("worked.billable"), colour: "#2c8a6a", values: drawn.map((one) => hours(one.billable_minutes)) },
        { name: t("worked.rest"), colour: "#9aa7ab", values: drawn.map((one) => hours(one.minutes - one.billable_minutes)) },
      ],
    };
  }, [sums, by, t]);
  if (sums.length === 0) return <Note icon="clock" title={t("worked.none_title")} text={t("worked.none_text")} />;
  const total = (of: "entries" | "minutes" | "billable_minutes") => sums.reduce((sum, one) => sum + one[of], 0);
  const line = (one: Pick<TimeSum, "entries" | "minutes" | "billable_minutes">) => (
    <>
      <Table.Td ta="right" className="number" visibleFrom="xs">
        {one.entries.toLocaleString(i18n.language)}
      </Table.Td>
      {[one.minutes, one.billable_minutes].map((minutes, place) => (
        <Table.Td key={place} ta="right" className="number" style={{ whiteSpace: "nowrap" }}>
          {workTime(minutes, i18n.language)}
        </Table.Td>
      ))}
    </>
  );
  return (
    <Paper withBorder p="md">
      <Text size="xs" className="quiet">
        {t("worked.hours")}
      </Text>
      <Suspense fallback={<Loading />}>
        <BarsChart bars={bars} label={t("worked.title")} />
      </Suspense>
      <div style={{ overflowX: "auto" }} tabIndex={0} role="region" aria-label={t("worked.table")}>
        <Table fz="sm" mt="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t(`worked_by.${by}`)}</Table.Th>
              <Table.Th ta="right" visibleFrom="xs">{t("worked.entries")}</Table.Th>
              <Table.Th ta="right">{t("worked.time")}</Table.Th>
              <Table.Th ta="right">{t("worked.billable")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            <Table.Tr fw={600}>
              <Table.Td>{t("worked.total")}</Table.Td>
              {line({ entries: total("entries"), minutes: total("minutes"), billable_minutes: total("billable_minutes") })}
            </Table.Tr>
            {sums.map((one) => (
              <Table.Tr key={one.id ?? one.key ?? ""}>
                <Table.Td className="person-text">{by === "ticket" && one.key ? <TicketLink number={one.key} title={one.name ?? ""} /> : (one.name ?? t("worked.without"))}</Table.Td>
                {line(one)}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {sums.length === MOST_TIME_SUMS && (
        <Text size="xs" className="quiet">
          {t("worked.most", { count: MOST_TIME_SUMS })}
        </Text>
      )}
    </Paper>
  );
}
