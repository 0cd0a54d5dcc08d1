import "../design/all";

import { Alert, Button, FileInput, Group, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { sendFile } from "../api/changes";
import { knowledgeQuery } from "../api/queries";
import { useDraft } from "../shared/draft";
import type { FieldValue } from "../shared/field-input";
import { Icon } from "../shared/icons";
import { useMe } from "../shared/me";
import { Note } from "../shared/states";
import { TicketFields, useTicketForm } from "../shared/ticket-form";

const MOST_SUGGESTED = 3;

const KINDS = ["process"] as const;

export function NewRequest(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const offered = useSearch({ from: "/signed-in/portal/new" });
  const [draft, keepDraft] = useDraft(`${me.id}:new`);
  const [files, setFiles] = useState<File[]>([]);
  const [unsent, setUnsent] = useState<{ number: string; names: string[] } | null>(null);
  const [organization, setOrganization] = useState(me.organizations[0]?.id ?? null);
  const form = useTicketForm("requester", KINDS, { title: offered.title ?? "", description: draft });
  const title = String(form.values["title"] ?? "");
  const written = {
    ...form,
    set: (name: string, value: FieldValue) => {
      if (name === "description") keepDraft(String(value ?? ""));
      form.set(name, value);
    },
  };

  function submit(event: FormEvent): void {
    event.preventDefault();
    const done = (made: { number: string }) => {
      keepDraft("");
      void attach(made.number);
    };
    form.create("portal", done, organization === null ? {} : { organization });
  }

  async function attach(number: string): Promise<void> {
    const sent = await Promise.allSettled(files.map((file) => sendFile(number, file)));
    const names = files.filter((_, place) => sent[place]?.status === "rejected").map((file) => file.name);
    if (names.length > 0) setUnsent({ number, names });
    else await navigate({ to: "/portal/requests/$number", params: { number } });
  }

  if (unsent) {
    return (
      <Note icon="alert" title={t("portal.unsent", { files: unsent.names.join(", ") })} text={t("portal.unsent_text")}>
        <Button variant="light" renderRoot={(props) => <Link to="/portal/requests/$number" params={{ number: unsent.number }} {...props} />}>
          {unsent.number}
        </Button>
      </Note>
    );
  }
  return (
    <Paper withBorder p="lg" component="form" onSubmit={submit}>
      <Stack>
        <Title order={1} size="h3">
          {t("portal.new_request")}
        </Title>
        {me.organizations.length > 1 && (
          <Select
            label={t("portal.organization")}
            data={me.organizations.map((one) => ({ value: one.id, label: one.name }))}
            value={organization}
            onChange={setOrganization}
            allowDeselect={false}
          />
        )}
        <TicketFields form={written} under={{ title: <Suggested words={title} /> }} />
        <FileInput label={t("portal.files")} multiple clearable value={files} onChange={setFiles} leftSection={<Icon name="clip" size={16} />} placeholder={t("composer.attach")} />
        <Group justify="flex-end">
          <Button variant="default" renderRoot={(props) => <Link to="/portal" search={{}} {...props} />}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={form.busy} disabled={!form.ready}>
            {t("portal.submit")}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function Suggested({ words }: { words: string }): ReactNode {
  const { t } = useTranslation();
  const [asked] = useDebouncedValue(words, 400);
  const found = useQuery(knowledgeQuery(asked));
  const hits = found.data?.items.slice(0, MOST_SUGGESTED) ?? [];
  if (asked.trim().length < 2 || hits.length === 0) return null;
  return (
    <Alert variant="light" mt="sm" title={t("portal.perhaps")} icon={<Icon name="book" />}>
      {hits.map((hit) => (
        <Text key={hit.id} size="sm">
          <Link to="/portal/articles/$article" params={{ article: hit.id }}>
            {hit.title}
          </Link>
        </Text>
      ))}
    </Alert>
  );
}
