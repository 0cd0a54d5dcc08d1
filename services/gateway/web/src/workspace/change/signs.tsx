/** Small signs of a change: its risk, and what the risk is reckoned by. */
import { Badge } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWord } from "../../shared/badges";

const RISK_COLOURS: Record<string, string> = { low: "green", medium: "yellow", high: "red" };

export function RiskBadge({ risk }: { risk: string }): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  return (
    <Badge variant="light" color={RISK_COLOURS[risk] ?? "gray"} tt="none" fw={500} radius="sm" className="whole">
      {t("change.risk_is", { level: word("levels", risk) })}
    </Badge>
  );
}

/** The texts of the questions that come with the desk are translated; others are read as they are written. */
export function useQuestion(): (key: string, text: string) => string {
  const { t, i18n } = useTranslation();
  return (key, text) => (i18n.exists(`risk_questions.${key}`) ? t(`risk_questions.${key}` as "risk_questions.first_time") : text);
}
