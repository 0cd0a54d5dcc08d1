import "../design/all";

import { Alert, Button, FileInput, Group, Paper, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { sendFile, useCreateTicket } from "../api/changes";
import { Problem } from "../api/problem";
import { knowledgeQuery } from "../api/queries";
import { useDraft } from "../shared/draft";
import { Icon } from "../shared/icons";
import { useMe } from "../shared/me";

const MOST_SUGGESTED = 3;

export function NewRequest(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const offered = useSearch({ from: "/signed-in/portal/new" });
  const [title, setTitle] = useState(offered.title ?? "");
  const [description, setDescription] = useDraft(`${me.id}:new`);
  const [files, setFiles] = useState<File[]>([]);
  const creating = useCreateTicket();
  const problem = creating.error instanceof Problem ? creating.error : null;

  function submit(event: FormEvent): void {
    event.preventDefault();
    creating.mutate(
      { title: title.trim(), description, channel: "portal" },
      {
        onSuccess: async (made) => {
          setDescription("");
          await Promise.allSettled(files.map((file) => sendFile(made.number, file)));
          await navigate({ to: "/portal/requests/$number", params: { number: made.number } });
        },
      },
    );
  }

  return (
    <Paper withBorder p="lg" component="form" onSubmit={submit}>
      <Stack>
        <Title order={1} size="h3">
          {t("portal.new_request")}
        </Title>
        <TextInput label={t("portal.what")} placeholder={t("portal.what_hint")} value={title} onChange={(e) => setTitle(e.target.value)} error={problem?.reasonOf("title")} required maxLength={500} data-autofocus />
        <Suggested words={title} />
        <Textarea label={t("portal.more")} description={t("portal.more_hint")} autosize minRows={5} value={description} onChange={(e) => setDescription(e.target.value)} error={problem?.reasonOf("description")} />
        <FileInput label={t("portal.files")} multiple clearable value={files} onChange={setFiles} leftSection={<Icon name="clip" size={16} />} placeholder={t("composer.attach")} />
        {creating.isError && (
          <Alert color="red" variant="light" role="alert">
            {problem && problem.status !== 0 ? problem.detail : t("composer.not_sent")}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" renderRoot={(props) => <Link to="/portal" search={{}} {...props} />}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={creating.isPending} disabled={!title.trim()}>
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
    <Alert variant="light" title={t("portal.perhaps")} icon={<Icon name="book" />}>
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
