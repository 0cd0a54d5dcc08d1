/** The major incidents that run now, the newest first: what people are told, how many tickets follow, where each stands. */
import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import { type Major, majorsQuery, majorTicketsQuery } from "../api/majors";
import { PriorityMark, StateBadge, When } from "../shared/badges";
import { Person } from "../shared/person";
import { Failed, Loading, Note } from "../shared/states";
import { TicketLink } from "./parts";

export function MajorsPage(): ReactNode {
  const { t } = useTranslation();
  const asked = useQuery(majorsQuery);
  const tickets = useQuery(majorTicketsQuery).data?.items ?? [];
  return (
    <Stack p="md" gap="sm" maw={820}>
      <Title order={1} size="h3">
        {t("major.list")}
      </Title>
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.data?.items.length === 0 && <Note icon="check" title={t("major.none_title")} text={t("major.none_text")} />}
      {asked.data?.items.map((one) => (
        <One key={one.id} major={one} ticket={tickets.find((ticket) => ticket.id === one.id)} />
      ))}
    </Stack>
  );
}

function One({ major, ticket }: { major: Major; ticket: Ticket | undefined }): ReactNode {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="sm" component="article" aria-label={major.title}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text fw={600} className="person-text" style={{ minWidth: 0 }}>
          {major.title}
        </Text>
        {ticket && (
          <Group gap="xs" wrap="nowrap">
            <PriorityMark priority={ticket.priority} />
            <StateBadge ticket={ticket} />
          </Group>
        )}
      </Group>
      {major.message && (
        <Text size="sm" className="person-text" mt={4}>
          {major.message}
        </Text>
      )}
      {major.ticket && (
        <Group mt={4} wrap="nowrap">
          <TicketLink number={major.ticket.key} title={major.ticket.name} />
        </Group>
      )}
      <Group gap="md" mt={6}>
        <Text size="xs" className="quiet">
          {t("major.declared", { name: major.declared_by?.name ?? "–" })} <When moment={major.declared_at} />
        </Text>
        <Text size="xs" className="quiet">
          {t("field.updated_at")} <When moment={latest(major, ticket)} />
        </Text>
        {major.followers !== null && (
          <Text size="xs" className="quiet">
            {t("major.followers", { followers: major.followers })}
          </Text>
        )}
        {ticket?.assignee && <Person name={ticket.assignee.name} />}
      </Group>
    </Paper>
  );
}

/** When something was last told or done about it. */
const latest = (major: Major, ticket: Ticket | undefined) => (ticket && ticket.updated_at > major.updated_at ? ticket.updated_at : major.updated_at);
