/** Saves what was drawn as a new version, and says what becomes of tickets that are on their way. */
import { Alert, Button, Paper, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../../api/client";
import { Problem } from "../../api/problem";
import { useSaveWorkflow } from "../../api/workflows";
import { type Definition, goneStates } from "./model";

interface SaveProps {
  workflow: Schemas["Workflow"];
  definition: Definition;
  ready: boolean;
}

export function Save({ workflow, definition, ready }: SaveProps): ReactNode {
  const { t } = useTranslation();
  const [rule, setRule] = useState<"keep" | "move">("keep");
  const [map, setMap] = useState<Record<string, string>>({});
  const saving = useSaveWorkflow(workflow);
  const problem = saving.error instanceof Problem ? saving.error : null;
  const gone = goneStates(workflow.definition as unknown as Definition, definition);
  const mapped = Object.fromEntries(gone.flatMap((one) => (map[one.slug] ? [[one.slug, map[one.slug] ?? ""]] : [])));
  const told = rule === "keep" || gone.length === Object.keys(mapped).length;
  const body = { definition: definition as unknown as Schemas["WorkflowDraft"]["definition"], running: { rule, state_map: rule === "move" ? mapped : {} } };
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Text size="sm">{t("workflow.running")}</Text>
        <SegmentedControl
          size="xs"
          value={rule}
          onChange={(value) => setRule(value as "keep" | "move")}
          data={[
            { value: "keep", label: t("workflow.keep") },
            { value: "move", label: t("workflow.take_along") },
          ]}
        />
        {rule === "move" && gone.length > 0 && (
          <>
            <Text size="sm">{t("workflow.mapped")}</Text>
            {gone.map((one) => (
              <Select
                key={one.slug}
                size="xs"
                label={one.name}
                placeholder={t("workflow.choose_state")}
                error={problem?.fields.find(({ field }) => field.includes(one.slug))?.reason}
                data={definition.states.map((state) => ({ value: state.slug, label: state.name }))}
                value={map[one.slug] ?? null}
                onChange={(to) => setMap({ ...map, [one.slug]: to ?? "" })}
              />
            ))}
          </>
        )}
        {saving.isError && (
          <Alert color="red" variant="light" role="alert">
            {problem?.status === 412 ? t("admin.stale") : (problem?.fields[0]?.reason ?? problem?.detail ?? t("composer.not_sent"))}
          </Alert>
        )}
        <Button disabled={!ready || !told} loading={saving.isPending} onClick={() => saving.mutate(body)}>
          {t("workflow.save")}
        </Button>
      </Stack>
    </Paper>
  );
}
