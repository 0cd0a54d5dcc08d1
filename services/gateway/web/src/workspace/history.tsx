import { Button, Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas, Ticket } from "../api/client";
import { ticketLayoutQuery } from "../api/layouts";
import { historyQuery } from "../api/ticket-parts";
import { When } from "../shared/badges";
import { spoken, workTime } from "../shared/format";
import { fieldTitle, ownSlug } from "../shared/layouts";
import { Failed, Loading } from "../shared/states";
import { ValueOf } from "../shared/ticket-value";
import { doneBy, type Happened, happened, LEFT_OUT } from "./history-words";

export function History({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const history = useInfiniteQuery(historyQuery(ticket.number));
  if (history.isPending) return <Loading />;
  if (history.isError) return <Failed error={history.error} again={() => void history.refetch()} />;
  return (
    <Stack gap="sm">
      {history.data.pages.flatMap((page) => page.items).filter((entry) => !LEFT_OUT.has(entry.field)).map((entry) => (
        <Entry key={entry.id} ticket={ticket} entry={entry} />
      ))}
      {history.hasNextPage && (
        <Button variant="subtle" size="xs" onClick={() => void history.fetchNextPage()} loading={history.isFetchingNextPage}>
          {t("action.more")}
        </Button>
      )}
    </Stack>
  );
}

type HistoryEntry = Schemas["HistoryEntry"];

function Entry({ ticket, entry }: { ticket: Ticket; entry: HistoryEntry }): ReactNode {
  const { t, i18n } = useTranslation();
  const what = happened(entry);
  const by = doneBy(entry);
  const way = by && i18n.exists(`history_by.${by.word}`) ? t(`history_by.${by.word}` as "history_by.rule", { name: by.name }) : by?.word;
  return (
    <div>
      <Text size="sm" component="div" className="person-text">
        <strong>{entry.actor?.name ?? t("conversation.somebody")}</strong> · {what ? <Told what={what} /> : <Changed ticket={ticket} entry={entry} name={entry.field ?? ""} />}
      </Text>
      <Text size="xs" className="quiet" component="div">
        <When moment={entry.occurred_at} />
        {way && ` · ${way}`}
      </Text>
    </div>
  );
}

function Told({ what }: { what: Happened }): ReactNode {
  const { t, i18n } = useTranslation();
  const words = (key: string) => (i18n.exists(key) ? t(key as "history.created") : spoken(key.replace(/^.*\./, "")));
  const rest = [
    what.link && words(`links.${what.link}`),
    what.minutes !== undefined && workTime(what.minutes, i18n.language),
    what.count,
    what.what,
    what.approval && words(`approval_states.${what.approval}`).toLocaleLowerCase(i18n.language),
  ].filter(Boolean);
  return `${words(`history.${what.word}`)}${rest.length > 0 ? `: ${rest.join(" · ")}` : ""}`;
}

/** A field before and after, as the page itself shows it. */
function Changed({ ticket, entry, name }: { ticket: Ticket; entry: HistoryEntry; name: string }): ReactNode {
  const { t, i18n } = useTranslation();
  const layout = useQuery(ticketLayoutQuery(ticket.number));
  const field = layout.data?.sections.flatMap((section) => section.fields).find((one) => one.name === name);
  const named = [`field.${name}`, `history_field.${name}`].find((key) => i18n.exists(key));
  const label = (field && fieldTitle(field, i18n.language)) ?? (named ? t(named as "field.queue") : spoken(ownSlug(name) ?? name));
  const shown = (value: unknown) => <ValueOf ticket={ticket} kind={field?.type ?? name} value={value} />;
  return (
    <Group gap={4} component="span" display="inline-flex">
      {label}: {shown(entry.from)} → {shown(entry.to)}
    </Group>
  );
}
