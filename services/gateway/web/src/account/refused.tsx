/** Why the desk refused what a form sent, as far as no field of the form says it. */
import { Alert } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "../api/problem";

export function Refused({ error, fields }: { error: Error | null; fields: string[] }): ReactNode {
  const { t } = useTranslation();
  if (!error) return null;
  const problem = error instanceof Problem && error.status !== 0 ? error : null;
  if (problem?.fields.length && problem.fields.every((one) => fields.includes(one.field))) return null;
  return (
    <Alert color="red" variant="light" role="alert">
      {problem ? problem.detail : t("state.away_text")}
    </Alert>
  );
}

export const reasonOf = (error: Error | null, field: string) => (error instanceof Problem ? error.reasonOf(field) : undefined);
