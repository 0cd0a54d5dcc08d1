import { Button, Group, Paper, Stack, Switch, TextInput, Title } from "@mantine/core";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { dateTime, momentOf } from "../shared/format";
import { useMe } from "../shared/me";
import { TicketFields, useTicketForm } from "../shared/ticket-form";
import { tell } from "./toasts";

const KINDS = ["process", "type"] as const;
const ELSEWHERE = ["not_before"] as const;
const FIRST = { type: "incident", impact: "medium", urgency: "medium" };

export function NewTicketPage(): ReactNode {
  const { t, i18n } = useTranslation();
  const zone = useMe().time_zone;
  const navigate = useNavigate();
  const router = useRouter();
  const form = useTicketForm("agent", KINDS, FIRST);
  const [later, setLater] = useState(false);
  const [local, setLocal] = useState("");

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!later) {
      form.create("agent", (made) => void navigate({ to: "/desk/tickets/$number", params: { number: made.number } }));
      return;
    }
    form.createLater(momentOf(local, zone), ({ not_before }) => {
      tell(t("scheduled.planned", { when: dateTime(not_before, i18n.language, zone) }));
      void navigate({ to: "/desk/scheduled" });
    });
  }

  return (
    <Paper withBorder p="lg" m="md" maw={720} component="form" onSubmit={submit}>
      <Stack>
        <Title order={1} size="h3">
          {t("nav.new_ticket")}
        </Title>
        <TicketFields form={form} elsewhere={ELSEWHERE} />
        <Switch label={t("scheduled.later")} checked={later} onChange={(event) => setLater(event.currentTarget.checked)} />
        {later && (
          <TextInput
            type="datetime-local"
            label={t("scheduled.when")}
            description={zone ?? undefined}
            error={form.problem?.reasonOf("not_before")}
            value={local}
            onChange={(event) => setLocal(event.target.value)}
            maw={280}
            required
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => router.history.back()}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={form.busy} disabled={!form.ready || (later && local === "")}>
            {t(later ? "scheduled.plan" : "ticket.create")}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
