import { Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMove } from "../api/changes";
import type { Ticket } from "../api/client";
import { movesQuery, ticketQuery } from "../api/queries";
import { StateBadge, When } from "../shared/badges";
import { Composer } from "../shared/composer";
import { Conversation } from "../shared/conversation";
import { Icon } from "../shared/icons";
import { Failed, Loading } from "../shared/states";

export function RequestPage(): ReactNode {
  const { t } = useTranslation();
  const { number } = useParams({ from: "/signed-in/portal/requests/$number" });
  const asked = useQuery(ticketQuery(number));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  const ticket = asked.data;
  return (
    <Stack>
      <Anchor component={Link} to="/portal" size="sm">
        <Group gap={4}>
          <Icon name="back" size={14} />
          {t("portal.my_requests")}
        </Group>
      </Anchor>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3">
            {ticket.title}
          </Title>
          <Text size="sm" className="quiet">
            <span className="number">{ticket.number}</span> · <When moment={ticket.created_at} />
          </Text>
        </div>
        <Group gap="xs">
          <StateBadge ticket={ticket} />
          <Moves ticket={ticket} />
        </Group>
      </Group>
      <Conversation ticket={ticket} />
      {!ticket.closed_at && <Composer key={ticket.id} ticket={ticket} notes={false} />}
    </Stack>
  );
}

function Moves({ ticket }: { ticket: Ticket }): ReactNode {
  const moves = useQuery(movesQuery(ticket.number));
  const move = useMove(ticket);
  return moves.data?.items
    .filter((one) => one.required_fields.length === 0 && !one.comment_required)
    .map((one) => (
      <Button key={one.to} size="xs" variant="light" loading={move.isPending && move.variables.to === one.to} onClick={() => move.mutate({ to: one.to })}>
        {one.name}
      </Button>
    ));
}
