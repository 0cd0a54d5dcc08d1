/** What requesters said of the work, the latest first; those to look at again by themselves. */
import { Badge, Button, Group, Paper, Rating, Select, Stack, Switch, Text, Title } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../api/client";
import { quoted } from "../api/quoted";
import { ratingsQuery } from "../api/rating";
import { queuesQuery } from "../api/structure";
import { When } from "../shared/badges";
import { useMe } from "../shared/me";
import { Failed, Loading, Note } from "../shared/states";
import { TicketLink } from "./parts";
import { usePeriod, within } from "./period";

/** What stands for good where the scale is good or bad. */
const GOOD = 5;

export function RatingsPage(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const { days, choice } = usePeriod();
  const [queue, setQueue] = useState<string | null>(null);
  const [low, setLow] = useState(false);
  const queues = useQuery(queuesQuery);
  const period = within("rated_at", days, me.time_zone);
  const filter = [period, queue && `queue = ${quoted(queue)}`, low && "low = true"].filter(Boolean).join(" AND ");
  const found = useInfiniteQuery({ ...ratingsQuery(filter), enabled: Boolean(period), placeholderData: keepPreviousData });
  const ratings = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack p="md" gap="sm" maw={900}>
      <Title order={1} size="h3">
        {t("said.title")}
      </Title>
      <Text size="sm" className="quiet">
        {t("said.text")}
      </Text>
      <Group gap="sm" align="flex-end">
        {choice}
        <Select size="xs" w={180} aria-label={t("field.queue")} placeholder={t("said.all_queues")} clearable searchable value={queue} onChange={setQueue} data={(queues.data?.items ?? []).map((one) => ({ value: one.slug, label: one.name }))} />
        <Switch size="sm" mb={4} label={t("said.only_low")} checked={low} onChange={(event) => setLow(event.currentTarget.checked)} />
      </Group>
      {found.isLoading && <Loading />}
      {found.isError && ratings.length === 0 && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && ratings.length === 0 && <Note icon="check" title={t("said.none_title")} text={t("said.none_text")} />}
      <Stack gap="xs" role="list" aria-label={t("said.title")}>
        {ratings.map((one) => (
          <One key={one.ticket.id} rating={one} />
        ))}
      </Stack>
      {found.isFetchNextPageError && (
        <Text size="sm" c="red" role="alert">
          {t("state.failed_text")}
        </Text>
      )}
      {found.hasNextPage && (
        <Button variant="default" w="fit-content" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("action.more")}
        </Button>
      )}
    </Stack>
  );
}

function One({ rating }: { rating: Schemas["Rating"] }): ReactNode {
  const { t } = useTranslation();
  const { ticket, requester, score, comment, nps, low, scale, rated_at } = rating;
  const mark = score ?? 0;
  return (
    <Paper withBorder p="sm" role="listitem">
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          {scale === "two" ? <Text fw={600}>{t(mark === GOOD ? "rating.good" : "rating.bad")}</Text> : <Marks mark={mark} />}
          {nps !== null && (
            <Badge variant="light" color="gray" tt="none">
              {t("said.nps", { nps })}
            </Badge>
          )}
          {low && (
            <Badge variant="light" color="red" tt="none">
              {t("said.low")}
            </Badge>
          )}
        </Group>
        <Text size="xs" className="quiet">
          {rated_at && <When moment={rated_at} />}
        </Text>
      </Group>
      {comment && (
        <Text size="sm" mt={4} className="person-text" style={{ whiteSpace: "pre-wrap" }}>
          {comment}
        </Text>
      )}
      <Group gap="xs" mt={4} wrap="nowrap" justify="space-between">
        <TicketLink number={ticket.key ?? ""} title={ticket.name ?? ""} />
        <Text size="xs" className="quiet whole">
          {requester?.name ?? t("field.nobody")}
        </Text>
      </Group>
    </Paper>
  );
}

function Marks({ mark }: { mark: number }): ReactNode {
  const { t } = useTranslation();
  return (
    <Group gap={6} role="img" aria-label={t("rating.of_five", { mark })}>
      <Rating value={mark} readOnly size="sm" aria-hidden />
      <Text fw={600} className="number">
        {mark}
      </Text>
    </Group>
  );
}
