/** How often something recurs: put together, or written as a rule of RFC 5545. */
import { Chip, Group, Input, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { FREQUENCIES, type Frequency, read, type Recurring, WEEKDAYS, write } from "./rules";
import { DAYS } from "./week";

interface RecurrenceProps {
  looks: { label: string; required: boolean; error: string | undefined };
  value: string;
  set: (value: string) => void;
}

const WEEKLY: Recurring = { frequency: "WEEKLY", interval: 1, weekdays: [], monthDay: 0, count: 0 };

export function RecurrenceInput({ looks, value, set }: RecurrenceProps): ReactNode {
  const { t } = useTranslation();
  const rule = value === "" ? null : read(value);
  const change = (part: Partial<Recurring>) => set(write({ ...(rule ?? WEEKLY), ...part }));
  const mode = value === "" ? "once" : (rule?.frequency ?? "text");
  return (
    <Input.Wrapper label={looks.label} error={looks.error} labelElement="div">
      <Stack gap="xs" role="group" aria-label={looks.label}>
        <Select
          aria-label={looks.label}
          allowDeselect={false}
          value={mode}
          data={[{ value: "once", label: t("recurring.once") }, ...FREQUENCIES.map((one) => ({ value: one as string, label: t(`recurring.${one}`) })), ...(mode === "text" ? [{ value: "text", label: t("recurring.text") }] : [])]}
          onChange={(next) => {
            if (next === "once") set("");
            else if (next !== "text") change({ frequency: next as Frequency });
          }}
        />
        {mode === "text" && <TextInput aria-label="RFC 5545" value={value} onChange={(event) => set(event.target.value)} />}
        {rule && (
          <Group grow>
            <NumberInput label={t("recurring.interval")} min={1} allowDecimal={false} value={rule.interval} onChange={(interval) => typeof interval === "number" && change({ interval })} />
            {rule.frequency === "MONTHLY" && (
              <NumberInput label={t("recurring.month_day")} description={t("recurring.month_day_hint")} min={-1} max={31} allowDecimal={false} value={rule.monthDay} onChange={(monthDay) => typeof monthDay === "number" && change({ monthDay })} />
            )}
            <NumberInput label={t("recurring.count")} min={0} allowDecimal={false} value={rule.count || ""} onChange={(count) => change({ count: typeof count === "number" ? count : 0 })} />
          </Group>
        )}
        {rule?.frequency === "WEEKLY" && (
          <Chip.Group multiple value={rule.weekdays} onChange={(weekdays) => change({ weekdays })}>
            <Group gap={4}>
              {WEEKDAYS.map((day, place) => (
                <Chip key={day} value={day} size="xs">
                  {t(`days.${DAYS[place] ?? "monday"}`)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        )}
      </Stack>
    </Input.Wrapper>
  );
}
