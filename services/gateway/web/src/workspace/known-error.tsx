/** The article of a known error: written once, by whoever may, out of what the problem says. */
import { Anchor, Button, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useAct } from "../api/changes";
import type { Ticket } from "../api/client";
import { ticketArticleQuery, writeArticle } from "../api/ticket-parts";
import { useMay } from "../shared/me";
import { Failed } from "../shared/states";
import { Refused } from "./parts";

export function KnownErrorArticle({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const asked = useQuery(ticketArticleQuery(ticket.number));
  const act = useAct(ticket.number);
  if (asked.isPending) return null;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  const article = asked.data;
  if (!article && !may("kb.write")) return null;
  const known = ticket.fields["known_error"] === true && Boolean(ticket.fields["workaround"]);
  return (
    <Stack gap={6} align="flex-start">
      <Text size="xs" className="quiet">
        {t("known_error.article")}
      </Text>
      {article ? (
        <Anchor component={Link} to={`/portal/articles/${article.number}`} size="sm">
          {article.number} {article.title}
        </Anchor>
      ) : (
        <>
          {!known && (
            <Text size="sm" className="quiet">
              {t("known_error.not_yet")}
            </Text>
          )}
          <Button size="xs" variant="default" disabled={!known} loading={act.isPending} onClick={() => act.mutate(() => writeArticle(ticket.number))}>
            {t("known_error.write")}
          </Button>
        </>
      )}
      <Refused error={act.error} />
    </Stack>
  );
}
