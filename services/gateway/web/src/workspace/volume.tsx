/** How many tickets came, were done and were open: a chart, and a table that says the same. */
import { Button, Group, Paper, SegmentedControl, Select, Stack, Table, Text, Title, UnstyledButton } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { keepVolume, type Volume as Report, type VolumeAsked, type VolumeCounts, volumeQuery } from "../api/reports";
import { useWord } from "../shared/badges";
import { Failed, Loading, Note } from "../shared/states";
import { usePeriod } from "./period";

const CourseChart = lazy(() => import("./chart").then((all) => ({ default: all.CourseChart })));

const INTERVALS = ["day", "week", "month"] as const;
const BY = ["none", "queue", "team", "type", "priority", "process", "channel"] as const;
const SHOWN = ["created", "resolved", "reopened", "cancelled", "closed", "backlog"] as const;

type Group = Report["groups"][number];

export function Volume(): ReactNode {
  const { t } = useTranslation();
  const { days, choice } = usePeriod();
  const [interval, setInterval] = useState<string>("day");
  const [by, setBy] = useState<string>("none");
  const asked: VolumeAsked = { ...days, interval, by };
  const found = useQuery({ ...volumeQuery(asked), enabled: Boolean(days.from && days.to), placeholderData: keepPreviousData });
  const keeping = useMutation({ mutationFn: () => keepVolume(asked) });
  return (
    <Paper withBorder p="md" component="section" aria-label={t("volume.title")}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          {t("volume.title")}
        </Title>
        <Button size="compact-sm" variant="default" loading={keeping.isPending} disabled={!found.isSuccess} onClick={() => keeping.mutate()}>
          {t("volume.csv")}
        </Button>
      </Group>
      <Group gap="sm" mb="sm" align="flex-end">
        {choice}
        <SegmentedControl size="xs" aria-label={t("volume.interval")} value={interval} onChange={setInterval} data={INTERVALS.map((value) => ({ value, label: t(`volume_intervals.${value}`) }))} />
        <Select size="xs" w={150} aria-label={t("board.by")} value={by} onChange={(value) => setBy(value ?? "none")} allowDeselect={false} data={BY.map((value) => ({ value, label: t(`volume_by.${value}`) }))} />
      </Group>
      {keeping.data === false && (
        <Text size="sm" c="red" role="alert">
          {t("undo.not_done")}
        </Text>
      )}
      {found.isPending && <Loading />}
      {found.isError && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.data && <Told report={found.data} />}
    </Paper>
  );
}

function Told({ report }: { report: Report }): ReactNode {
  const { t } = useTranslation();
  const nameOf = useGroupName(report.by);
  const [chosen, setChosen] = useState<string | null>(null);
  const group = report.groups.find((one) => keyOf(one) === chosen);
  if (!Object.values(report.all.total).some(Boolean)) return <Note icon="chart" title={t("volume.none_title")} text={t("volume.none_text")} />;
  return (
    <Stack gap="sm">
      {group && (
        <Text size="sm" fw={500}>
          {t("volume.of", { group: nameOf(group) })}
        </Text>
      )}
      <Course report={report} counts={(group ?? report.all).counts} />
      {report.by === "none" ? (
        <ByInterval report={report} />
      ) : (
        <Numbers head={t(`volume_by.${report.by as "queue"}`)}>
          {report.groups.map((one) => (
            <Line
              key={keyOf(one)}
              counts={one.total}
              name={
                <UnstyledButton fz="sm" c="var(--mantine-color-anchor)" aria-pressed={one === group} onClick={() => setChosen(one === group ? null : keyOf(one))}>
                  {nameOf(one)}
                </UnstyledButton>
              }
            />
          ))}
          <Line name={t("volume.all")} counts={report.all.total} strong />
        </Numbers>
      )}
      <Text size="xs" className="quiet">
        {t("volume.explained", { zone: report.time_zone })}
      </Text>
    </Stack>
  );
}

function Course({ report, counts }: { report: Report; counts: VolumeCounts[] }): ReactNode {
  const { t } = useTranslation();
  const name = useIntervalName(report);
  const { bars, line } = useMemo(
    () => ({
      bars: {
        names: report.intervals.map((one) => name(one.from, true)),
        series: [
          { name: t("volume_counts.created"), colour: "#3f7fb5", values: counts.map((one) => one.created) },
          { name: t("volume_counts.resolved"), colour: "#2c8a6a", values: counts.map((one) => one.resolved) },
        ],
      },
      line: { name: t("volume_counts.backlog"), colour: "#c9761f", values: counts.map((one) => one.backlog) },
    }),
    [report, counts, name, t],
  );
  return (
    <Suspense fallback={<Loading />}>
      <CourseChart bars={bars} line={line} label={t("volume.title")} />
    </Suspense>
  );
}

function ByInterval({ report }: { report: Report }): ReactNode {
  const { t } = useTranslation();
  const name = useIntervalName(report);
  const lines = report.intervals.map((one, place) => ({ from: one.from, counts: report.all.counts[place] }));
  return (
    <Numbers head={t(`volume_intervals.${report.interval as "day"}`)}>
      <Line name={t("volume.all")} counts={report.all.total} strong />
      {lines.reverse().map(({ from, counts }) => counts && <Line key={from} name={name(from, false)} counts={counts} />)}
    </Numbers>
  );
}

function Numbers({ head, children }: { head: string; children: ReactNode }): ReactNode {
  const { t } = useTranslation();
  return (
    <div style={{ overflow: "auto", maxHeight: "24rem" }} tabIndex={0} role="region" aria-label={t("volume.table")}>
      <Table fz="sm" stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{head}</Table.Th>
            {SHOWN.map((one) => (
              <Table.Th key={one} ta="right">
                {t(`volume_counts.${one}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}

function Line({ name, counts, strong = false }: { name: ReactNode; counts: VolumeCounts; strong?: boolean }): ReactNode {
  const { i18n } = useTranslation();
  return (
    <Table.Tr fw={strong ? 600 : undefined}>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{name}</Table.Td>
      {SHOWN.map((one) => (
        <Table.Td key={one} ta="right" className="number">
          {counts[one].toLocaleString(i18n.language)}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

const keyOf = (group: Group) => (group.other ? "other" : `key ${group.key ?? ""}`);

function useGroupName(by: string): (group: Group) => string {
  const { t } = useTranslation();
  const word = useWord();
  return (group) => {
    if (group.other) return t("volume.other");
    if (!group.key) return t("volume.without");
    if (by === "type" || by === "priority") return word(by === "type" ? "types" : "priorities", group.key);
    return by === "channel" ? word("channels", group.key) : (group.name ?? group.key);
  };
}

/** Says an interval by its beginning, in the zone that days were cut in. */
function useIntervalName({ interval, time_zone: timeZone }: Report): (from: string, short: boolean) => string {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const month = new Intl.DateTimeFormat(i18n.language, { timeZone, month: "short", year: "numeric" });
    const day = new Intl.DateTimeFormat(i18n.language, { timeZone, day: "numeric", month: "short" });
    const whole = new Intl.DateTimeFormat(i18n.language, { timeZone, dateStyle: "medium" });
    return (from, short) => (interval === "month" ? month : short ? day : whole).format(new Date(from));
  }, [i18n.language, interval, timeZone]);
}
