import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../api/client";

/** What something costs, written as the language writes money. */
export function Price({ price, times = 1 }: { price: Schemas["ShownPrice"]; times?: number }): ReactNode {
  const { t, i18n } = useTranslation();
  const money = new Intl.NumberFormat(i18n.language, { style: "currency", currency: price.currency }).format(Number(price.amount) * times);
  return (
    <Text span size="sm" fw={500} className="number">
      {price.period === "once" ? money : t(`price.${price.period as "month" | "year"}`, { money })}
    </Text>
  );
}
