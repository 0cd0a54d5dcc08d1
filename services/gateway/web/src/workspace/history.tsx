import { Button, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas, Ticket } from "../api/client";
import { historyQuery } from "../api/ticket-parts";
import { When } from "../shared/badges";
import { spoken } from "../shared/format";
import { Failed, Loading } from "../shared/states";
import { shownValue } from "../shared/values";

export function History({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const history = useInfiniteQuery(historyQuery(ticket.number));
  if (history.isPending) return <Loading />;
  if (history.isError) return <Failed error={history.error} again={() => void history.refetch()} />;
  return (
    <Stack gap="sm">
      {history.data.pages.flatMap((page) => page.items).map((entry) => (
        <Entry key={entry.id} entry={entry} />
      ))}
      {history.hasNextPage && (
        <Button variant="subtle" size="xs" onClick={() => void history.fetchNextPage()} loading={history.isFetchingNextPage}>
          {t("action.more")}
        </Button>
      )}
    </Stack>
  );
}

function Entry({ entry }: { entry: Schemas["HistoryEntry"] }): ReactNode {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="sm">
        <strong>{entry.actor?.name ?? t("conversation.somebody")}</strong> · {spoken(entry.field ?? entry.action)}
        {entry.field && (
          <>
            : {shownValue(entry.from)} → {shownValue(entry.to)}
          </>
        )}
      </Text>
      <Text size="xs" className="quiet">
        <When moment={entry.occurred_at} />
      </Text>
    </div>
  );
}
