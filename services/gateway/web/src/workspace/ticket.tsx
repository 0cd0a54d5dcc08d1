import { Anchor, Group, Stack, Text, Title } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import { ticketQuery } from "../api/queries";
import { PriorityMark, StateBadge, useWord, When } from "../shared/badges";
import { Composer } from "../shared/composer";
import { Conversation } from "../shared/conversation";
import { Icon } from "../shared/icons";
import { useMay } from "../shared/me";
import { Failed, Loading } from "../shared/states";
import { Macros } from "./macros";
import { Facts } from "./facts";

export function TicketPage(): ReactNode {
  const { number } = useParams({ from: "/signed-in/desk/tickets/$number" });
  const asked = useQuery(ticketQuery(number));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  return <Panes key={asked.data.id} ticket={asked.data} />;
}

function Panes({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const router = useRouter();
  const word = useWord();
  useHotkeys([
    ["r", () => document.querySelector<HTMLElement>("[data-composer]")?.focus(), { preventDefault: true }],
    ["u", () => router.history.back()],
  ]);
  return (
    <div className="ticket">
      <div className="ticket-main">
        <Stack gap="xs" mb="md">
          <Anchor component="button" type="button" size="sm" onClick={() => router.history.back()} w="fit-content">
            <Group gap={4}>
              <Icon name="back" size={14} />
              {t("action.back")}
            </Group>
          </Anchor>
          <Title order={1} size="h3">
            {ticket.title}
          </Title>
          <Group gap="sm">
            <StateBadge ticket={ticket} />
            <PriorityMark priority={ticket.priority} />
            <Text size="sm" className="quiet">
              <span className="number">{ticket.number}</span> · {word("types", ticket.type)} · <When moment={ticket.created_at} />
            </Text>
          </Group>
        </Stack>
        <Conversation ticket={ticket} />
        {may("tickets.comment") && (
          <Composer ticket={ticket} notes={may("tickets.comment_internal")} tools={<Macros ticket={ticket} />} />
        )}
      </div>
      <aside className="ticket-facts" aria-label={t("ticket.facts")}>
        <Facts ticket={ticket} />
      </aside>
    </div>
  );
}
