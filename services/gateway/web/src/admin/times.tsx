/** Times reckoned before they matter: business time by a calendar, the next times of a recurrence. */
import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../api/client";
import { ask, type Page } from "../api/things";
import { dateTime } from "../shared/format";
import { useMe } from "../shared/me";
import { SpanInput } from "./editors/span";
import { said, type Written } from "./inputs";
import { Tried } from "./tried";

const MOMENT = { name: "start", kind: "moment" } as const;
const now = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** When so much business time will have passed, and which stretches it is made of; by the calendar as it is kept. */
export function CalendarTrial({ calendar }: { calendar: string }): ReactNode {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const [start, setStart] = useState(now);
  const [duration, setDuration] = useState("PT4H");
  const reckoning = useMutation({
    mutationFn: () => ask<Schemas["Calculated"]>("POST", `/api/v1/sla/calendars/${calendar}/calculate`, { start: said(MOMENT, start), duration }),
  });
  const shown = (moment: string) => dateTime(moment, i18n.language, me.time_zone);
  return (
    <Stack gap="xs" component="section" aria-label={t("trial.calculate")}>
      <Title order={2} size="h5">
        {t("trial.calculate")}
      </Title>
      <Group align="flex-end" grow>
        <TextInput type="datetime-local" label={t("trial.start")} value={start} onChange={(event) => setStart(event.target.value)} />
        <SpanInput looks={{ label: t("trial.length"), required: false, error: undefined }} value={duration} set={setDuration} business />
      </Group>
      <Button variant="light" onClick={() => reckoning.mutate()} loading={reckoning.isPending}>
        {t("trial.reckon")}
      </Button>
      <Tried error={reckoning.error} />
      {reckoning.data && (
        <div role="status">
          {reckoning.data.due_at && <Text fw={600}>{t("trial.due", { moment: shown(reckoning.data.due_at) })}</Text>}
          {reckoning.data.intervals.map((one) => (
            <Text key={one.start} size="sm" className="number">
              {shown(one.start)} – {shown(one.end)}
            </Text>
          ))}
        </div>
      )}
    </Stack>
  );
}

const COUNT = 8;

/** The next times of a recurrence as the form has it. */
export function RecurrenceTrial({ form }: { form: Written }): ReactNode {
  const { t, i18n } = useTranslation();
  const previewing = useMutation({
    mutationFn: async () => {
      const zone = String(form["time_zone"] ?? "");
      const closed = { calendar: form["calendar"] || null, ...(form["on_closed"] ? { on_closed: form["on_closed"] } : {}) };
      const asked = { rrule: String(form["rrule"] ?? ""), time_zone: zone, starts_at: said(MOMENT, form["starts_at"]), count: COUNT, ...closed };
      return { zone, ...(await ask<Page<Schemas["Time"]>>("POST", "/api/v1/recurrences/preview", asked)) };
    },
  });
  return (
    <Stack gap="xs">
      <Button variant="light" onClick={() => previewing.mutate()} loading={previewing.isPending}>
        {t("trial.times")}
      </Button>
      <Tried error={previewing.error} />
      {previewing.data && (
        <div role="status">
          {previewing.data.items.map((one) => (
            <Text key={one.occurs_at} size="sm" className="number">
              {dateTime(one.occurs_at, i18n.language, previewing.data.zone)}
            </Text>
          ))}
        </div>
      )}
    </Stack>
  );
}
