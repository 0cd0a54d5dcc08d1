/** A workflow of its own for a type in a process; it begins with one that is there already. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, onceKey, type Schemas, take } from "../../api/client";
import { Inputs } from "../input";
import { form, type Input, whole } from "../inputs";

const INPUTS: readonly Input[] = [
  { name: "name", kind: "line", required: true }, { name: "process", kind: "one", of: "processes", required: true }, { name: "type", kind: "one", of: "types", required: true },
];

export function NewWorkflow({ workflows, close }: { workflows: readonly Schemas["Workflow"][]; close: () => void }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [filled, setFilled] = useState(() => form(INPUTS, null));
  const making = useMutation({
    mutationFn: () => {
      const model = workflows.find((one) => one.type === filled["type"]) ?? workflows[0];
      const body = { ...whole(INPUTS, filled), definition: model?.definition ?? {} };
      return take(api.POST("/api/v1/workflows", { params: { header: onceKey() }, body: body as Schemas["NewWorkflow"] }));
    },
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ["workflows"] });
      await navigate({ to: "/admin/workflows/$workflow", params: { workflow: made.id } });
    },
  });
  return (
    <Modal opened onClose={close} title={t("workflow.new")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        <Inputs inputs={INPUTS} filled={filled} set={setFilled} error={making.error} />
        <Text size="sm" className="quiet">
          {t("workflow.new_hint")}
        </Text>
        <Group justify="flex-end">
          <Button type="submit" loading={making.isPending}>
            {t("setup.make")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
