import { Button, Group, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api, take } from "../api/client";
import { Tried } from "./tried";

/** Has the desk read the whole audit log, and says whether it is as it was written. */
export function Verify(): ReactNode {
  const { t } = useTranslation();
  const reading = useMutation({ mutationFn: () => take(api.GET("/api/v1/audit/verification", {})) });
  const found = reading.data;
  return (
    <Group mb="md" gap="xs">
      <Button variant="light" onClick={() => reading.mutate()} loading={reading.isPending}>
        {t("audit.verify")}
      </Button>
      <Tried error={reading.error} />
      {found && (
        <Text size="sm" role="status" c={found.sound ? undefined : "red"} className="person-text">
          {found.sound ? t("audit.sound", { entries: found.entries, head: found.head }) : t("audit.broken", { place: found.broken_at })}
        </Text>
      )}
    </Group>
  );
}
