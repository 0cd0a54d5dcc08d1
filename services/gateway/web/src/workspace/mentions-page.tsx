/** Where I was named, the newest first. */
import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../api/client";
import { markAllMentions, markMention, mentionsQuery } from "../api/together";
import { When } from "../shared/badges";
import { Person } from "../shared/person";
import { Failed, Loading, Note } from "../shared/states";
import { Refused } from "./parts";

export function MentionsPage(): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery(mentionsQuery);
  const marking = useMutation({
    mutationFn: (mark: () => Promise<unknown>) => mark(),
    onSettled: () => queries.invalidateQueries(mentionsQuery),
  });
  return (
    <Stack p="md" gap="sm" maw={820}>
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t("mention.title")}
        </Title>
        {(asked.data?.unread ?? 0) > 0 && (
          <Button size="xs" variant="default" onClick={() => marking.mutate(markAllMentions)} loading={marking.isPending}>
            {t("mention.all_read")}
          </Button>
        )}
      </Group>
      <Refused error={marking.error} />
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.data?.items.length === 0 && <Note icon="user" title={t("mention.none_title")} text={t("mention.none_text")} />}
      {asked.data?.items.map((one) => (
        <One key={one.id} mention={one} mark={(read) => marking.mutate(() => markMention(one, read))} />
      ))}
    </Stack>
  );
}

function One({ mention, mark }: { mention: Schemas["Mention"]; mark: (read: boolean) => void }): ReactNode {
  const { t } = useTranslation();
  const unread = mention.read_at === null;
  return (
    <Paper withBorder p="sm" component="article" aria-label={mention.ticket?.key} className={unread ? "unread" : ""}>
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <Person name={mention.author?.name ?? t("conversation.somebody")} />
        <Text size="xs" className="quiet">
          <When moment={mention.created_at} />
        </Text>
      </Group>
      <Text size="sm" className="person-text" lineClamp={3} fw={unread ? 600 : 400}>
        {mention.excerpt}
      </Text>
      <Group justify="space-between" mt={6} wrap="nowrap">
        {mention.ticket && (
          <Link to="/desk/tickets/$number" params={{ number: mention.ticket.key }} className="clip" onClick={() => unread && mark(true)}>
            {mention.ticket.key} {mention.ticket.name}
          </Link>
        )}
        <Button size="compact-xs" variant="subtle" className="whole" onClick={() => mark(unread)}>
          {t(unread ? "mention.read" : "mention.unread")}
        </Button>
      </Group>
    </Paper>
  );
}
