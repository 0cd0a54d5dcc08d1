/** The days that numbers are asked for: the last few, or those that somebody names. */
import { SegmentedControl, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { quoted } from "../api/quoted";
import { localMoment, momentOf } from "../shared/format";
import { useMe } from "../shared/me";
import { useNow } from "../shared/now";

const RANGES = ["7", "30", "90", "own"] as const;
const DAY_MILLISECONDS = 24 * 60 * 60_000;

/** Both count whole: "2026-03-02"; empty while somebody has not said it. */
export interface Days {
  from: string;
  to: string;
}

/** The chosen days, on the clocks of whoever looks, and what they are chosen with. */
export function usePeriod(): { days: Days; choice: ReactNode } {
  const { t } = useTranslation();
  const today = localMoment(new Date(useNow()).toISOString(), useMe().time_zone).slice(0, 10);
  const [range, setRange] = useState<(typeof RANGES)[number]>("30");
  const [own, setOwn] = useState({ from: dayAfter(today, -29), to: today });
  const days = range === "own" ? own : { from: dayAfter(today, 1 - Number(range)), to: today };
  const choice = (
    <>
      <SegmentedControl size="xs" aria-label={t("volume.range")} value={range} onChange={setRange} data={RANGES.map((value) => ({ value, label: value === "own" ? t("volume.own") : t("volume.days", { days: value }) }))} />
      {range === "own" && (
        <>
          <TextInput size="xs" type="date" label={t("volume.from")} value={own.from} max={own.to} onChange={(event) => setOwn({ ...own, from: event.currentTarget.value })} />
          <TextInput size="xs" type="date" label={t("volume.to")} value={own.to} min={own.from} max={today} onChange={(event) => setOwn({ ...own, to: event.currentTarget.value })} />
        </>
      )}
    </>
  );
  return { days, choice };
}

/** Days as a condition of the filter language on a moment; null while one of them is not said. */
export function within(field: string, { from, to }: Days, timeZone: string | null): string | null {
  if (!from || !to) return null;
  const beginning = (day: string) => quoted(momentOf(`${day}T00:00`, timeZone));
  return `${field} >= ${beginning(from)} AND ${field} < ${beginning(dayAfter(to, 1))}`;
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MILLISECONDS).toISOString().slice(0, 10);
}
