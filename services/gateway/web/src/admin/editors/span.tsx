/** A length of time: so many minutes, hours or days, business days, or the end of a business day. */
import { Group, Input, NumberInput, Select } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { read, SPANS, type SpanUnit, write } from "./spans";

interface SpanProps {
  looks: { label: string; required: boolean; error: string | undefined };
  value: string;
  set: (value: string) => void;
  /** Whether business days are among the units. */
  business: boolean;
}

export function SpanInput({ looks, value, set, business }: SpanProps): ReactNode {
  const { t } = useTranslation();
  const span = read(value);
  const units = SPANS.filter((unit) => business || unit === "M" || unit === "H" || unit === "D");
  const unit = span?.unit ?? "H";
  return (
    <Input.Wrapper label={looks.label} required={looks.required} error={looks.error} labelElement="div">
      <Group gap="xs" wrap="nowrap">
        <NumberInput w={110} aria-label={looks.label} min={0} allowDecimal={false} value={span?.count ?? ""} onChange={(count) => set(typeof count === "number" ? write({ count, unit }) : "")} />
        <Select
          flex={1}
          aria-label={`${looks.label}: ${t("span.unit")}`}
          allowDeselect={false}
          data={units.map((one) => ({ value: one, label: t(`span.${one}`) }))}
          value={unit}
          onChange={(next) => set(write({ count: span?.count ?? 1, unit: next as SpanUnit }))}
        />
      </Group>
    </Input.Wrapper>
  );
}
