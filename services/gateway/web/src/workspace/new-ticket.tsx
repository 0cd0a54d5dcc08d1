import { Alert, Autocomplete, Button, Group, Paper, Select, Stack, Textarea, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useCreateTicket } from "../api/changes";
import { Problem } from "../api/problem";
import { peopleQuery, queuesQuery, typesQuery } from "../api/queries";
import { useWord } from "../shared/badges";

const LEVELS = ["high", "medium", "low"] as const;

export function NewTicketPage(): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const navigate = useNavigate();
  const router = useRouter();
  const queues = useQuery(queuesQuery);
  const types = useQuery(typesQuery);
  const people = useQuery(peopleQuery("active = true"));
  const creating = useCreateTicket();
  const [wished, setWished] = useState({ title: "", description: "", requester: "", type: "incident", queue: "", impact: "medium", urgency: "medium" });
  const problem = creating.error instanceof Problem ? creating.error : null;
  const set = (field: keyof typeof wished) => (value: string | null) => setWished({ ...wished, [field]: value ?? "" });
  const levels = LEVELS.map((level) => ({ value: level, label: word("levels", level) }));

  function submit(event: FormEvent): void {
    event.preventDefault();
    const { requester, queue, ...rest } = wished;
    creating.mutate(
      { ...rest, ...(requester && { requester }), ...(queue && { queue }), channel: "agent" },
      { onSuccess: (made) => void navigate({ to: "/desk/tickets/$number", params: { number: made.number } }) },
    );
  }

  return (
    <Paper withBorder p="lg" m="md" maw={720} component="form" onSubmit={submit}>
      <Stack>
        <Title order={1} size="h3">
          {t("nav.new_ticket")}
        </Title>
        <TextInput label={t("field.title")} value={wished.title} onChange={(e) => set("title")(e.target.value)} error={problem?.reasonOf("title")} required data-autofocus />
        <Autocomplete
          label={t("field.requester")}
          description={t("ticket.requester_hint")}
          value={wished.requester}
          onChange={set("requester")}
          data={(people.data?.items ?? []).map((one) => one.email)}
          error={problem?.reasonOf("requester")}
          limit={20}
        />
        <Textarea label={t("field.description")} autosize minRows={6} value={wished.description} onChange={(e) => set("description")(e.target.value)} error={problem?.reasonOf("description")} />
        <Group grow>
          <Select label={t("field.type")} data={(types.data?.items ?? []).map((one) => ({ value: one.slug, label: word("types", one.slug) }))} value={wished.type} onChange={set("type")} allowDeselect={false} />
          <Select label={t("field.queue")} data={(queues.data?.items ?? []).map((one) => ({ value: one.slug, label: one.name }))} value={wished.queue || null} onChange={set("queue")} clearable error={problem?.reasonOf("queue")} />
        </Group>
        <Group grow>
          <Select label={t("field.impact")} data={levels} value={wished.impact} onChange={set("impact")} allowDeselect={false} />
          <Select label={t("field.urgency")} data={levels} value={wished.urgency} onChange={set("urgency")} allowDeselect={false} />
        </Group>
        {creating.isError && (
          <Alert color="red" variant="light" role="alert">
            {problem && problem.status !== 0 ? problem.detail : t("composer.not_sent")}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => router.history.back()}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={creating.isPending} disabled={!wished.title.trim()}>
            {t("ticket.create")}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
