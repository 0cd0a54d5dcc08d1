import { Button, Group, Paper, Stack, Title } from "@mantine/core";
import { useNavigate, useRouter } from "@tanstack/react-router";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { TicketFields, useTicketForm } from "../shared/ticket-form";

const KINDS = ["process", "type"] as const;
const FIRST = { type: "incident", impact: "medium", urgency: "medium" };

export function NewTicketPage(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const router = useRouter();
  const form = useTicketForm("agent", KINDS, FIRST);

  function submit(event: FormEvent): void {
    event.preventDefault();
    form.create("agent", (made) => void navigate({ to: "/desk/tickets/$number", params: { number: made.number } }));
  }

  return (
    <Paper withBorder p="lg" m="md" maw={720} component="form" onSubmit={submit}>
      <Stack>
        <Title order={1} size="h3">
          {t("nav.new_ticket")}
        </Title>
        <TicketFields form={form} />
        <Group justify="flex-end">
          <Button variant="default" onClick={() => router.history.back()}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={form.busy} disabled={!form.ready}>
            {t("ticket.create")}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
