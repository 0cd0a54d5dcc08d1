import { Alert } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "../api/problem";

/** Why a trial could not be made. */
export function Tried({ error }: { error: Error | null }): ReactNode {
  const { t } = useTranslation();
  if (!error) return null;
  const told = error instanceof Problem && error.status !== 0 ? [error.detail, ...error.fields.map((one) => `${one.field}: ${one.reason}`)].join(" ") : t("composer.not_sent");
  return (
    <Alert color="red" variant="light" role="alert">
      {told}
    </Alert>
  );
}
