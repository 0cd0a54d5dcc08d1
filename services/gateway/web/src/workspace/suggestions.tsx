import { Anchor, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import { suggestionsQuery } from "../api/ticket-parts";
import { Failed, Loading, Note } from "../shared/states";
import { Marked } from "../shared/text";

/** Articles that may answer the ticket, and things that its requester holds. */
export function Suggestions({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const asked = useQuery(suggestionsQuery(ticket.number));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  if (asked.data.items.length === 0) return <Note icon="book" title={t("ticket.no_suggestions")} />;
  return (
    <Stack gap="sm">
      {asked.data.items.map((one) =>
        "snippet" in one ? (
          <div key={one.id}>
            <Anchor component={Link} to={`/portal/articles/${one.id}`} size="sm" fw={500}>
              {one.title}
            </Anchor>
            <Text size="xs" className="quiet" lineClamp={3}>
              <Marked text={one.snippet} />
            </Text>
          </div>
        ) : (
          <Text key={one.id} size="sm">
            {one.name} <span className="quiet">{one.class}</span>
          </Text>
        ),
      )}
    </Stack>
  );
}
