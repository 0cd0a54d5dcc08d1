/** The hours of a week: several intervals a day, over midnight too. */
import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "../../shared/icons";

export type Intervals = [string, string][];
export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Week = Partial<Record<(typeof DAYS)[number], Intervals>>;

const USUAL: [string, string] = ["09:00", "17:00"];

interface IntervalsProps {
  label: string;
  value: Intervals;
  set: (value: Intervals) => void;
}

export function IntervalsInput({ label, value, set }: IntervalsProps): ReactNode {
  const { t } = useTranslation();
  const change = (place: number, interval: [string, string]) => set(value.map((one, at) => (at === place ? interval : one)));
  return (
    <Group gap="xs" role="group" aria-label={label} wrap="wrap">
      <Text size="sm" w={104}>
        {label}
      </Text>
      <Stack gap={4}>
        {value.length === 0 && (
          <Text size="sm" className="quiet">
            {t("week.closed")}
          </Text>
        )}
        {value.map(([start, end], place) => (
          <Group key={place} gap={4} wrap="nowrap">
            <TextInput w={74} size="xs" aria-label={t("week.start")} inputMode="numeric" placeholder="09:00" value={start} onChange={(event) => change(place, [event.target.value, end])} />
            –
            <TextInput w={74} size="xs" aria-label={t("week.end")} inputMode="numeric" placeholder="17:00" value={end} onChange={(event) => change(place, [start, event.target.value])} />
            {end !== "" && end <= start && (
              <Text size="xs" className="quiet">
                {t("week.next_day")}
              </Text>
            )}
            <ActionIcon variant="subtle" color="gray" aria-label={t("week.remove")} onClick={() => set(value.filter((_, at) => at !== place))}>
              <Icon name="close" size={14} />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
      <ActionIcon variant="subtle" color="gray" aria-label={t("week.add", { day: label })} onClick={() => set([...value, value.length > 0 ? ["18:00", "20:00"] : USUAL])}>
        <Icon name="plus" size={16} />
      </ActionIcon>
    </Group>
  );
}

interface WeekProps {
  label: string;
  error: string | undefined;
  value: Week;
  set: (value: Week) => void;
}

export function WeekInput({ label, error, value, set }: WeekProps): ReactNode {
  const { t } = useTranslation();
  const monday = value.monday ?? [];
  return (
    <Fieldset legend={label} variant="default">
      <Stack gap={6}>
        {error && (
          <Text size="sm" c="red" role="alert">
            {error}
          </Text>
        )}
        {DAYS.map((day) => (
          <IntervalsInput key={day} label={t(`days.${day}`)} value={value[day] ?? []} set={(hours) => set({ ...value, [day]: hours })} />
        ))}
        <Group>
          <Button variant="subtle" size="xs" onClick={() => set({ ...value, ...Object.fromEntries(DAYS.slice(1, 5).map((day) => [day, monday])) })}>
            {t("week.as_monday")}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
