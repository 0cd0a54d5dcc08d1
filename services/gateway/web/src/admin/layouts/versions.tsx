/** What a layout was, version by version; any of them that had fields can be the newest again. */
import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { type KeptLayout, layoutVersionsQuery, useRestoreLayout } from "../../api/layout-settings";
import { When } from "../../shared/badges";
import { Failed } from "../../shared/states";
import { Tried } from "../tried";

export function Versions({ layout, kept }: { layout: string; kept: KeptLayout | null }): ReactNode {
  const { t } = useTranslation();
  const asked = useQuery(layoutVersionsQuery(layout));
  const restoring = useRestoreLayout(layout, kept);
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  return (
    <Paper withBorder p="md" component="section" aria-label={t("workflow.versions")}>
      <Text size="sm" fw={600} mb={4}>
        {t("workflow.versions")}
      </Text>
      <Stack gap={4}>
        {asked.data?.items.map((one) => (
          <Group key={one.version} justify="space-between" wrap="nowrap">
            <Text size="sm" className="quiet">
              {t("workflow.version", { revision: one.version })} · {one.changed_by.name || one.changed_by.kind} · <When moment={one.changed_at} />
            </Text>
            {one.sections.length === 0 ? (
              <Text size="sm" className="quiet">
                {t("layouts.removed")}
              </Text>
            ) : (
              one.version !== kept?.version && (
                <Button variant="subtle" size="compact-xs" loading={restoring.isPending && restoring.variables === one.version} aria-label={t("layouts.restore_version", { version: one.version })} onClick={() => restoring.mutate(one.version)}>
                  {t("layouts.restore")}
                </Button>
              )
            )}
          </Group>
        ))}
      </Stack>
      <Tried error={restoring.error} />
    </Paper>
  );
}
