/** Days off that a calendar takes from iCalendar files, or from addresses where they are kept. */
import { ActionIcon, Button, FileInput, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../api/client";
import { ask } from "../api/things";
import { Icon } from "../shared/icons";
import type { Kept } from "./inputs";
import { Tried } from "./tried";

export function Feeds({ calendar }: { calendar: Kept }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [feeds, setFeeds] = useState(calendar["feeds"] as Schemas["Feed"][]);
  const [name, setName] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [url, setUrl] = useState("");
  const keeping = useMutation({
    mutationFn: async ({ feed, from }: { feed: string; from: File | string | null }) => {
      const path = `/api/v1/sla/calendars/${calendar.id}/feeds/${encodeURIComponent(feed)}`;
      const said = typeof from === "string" ? { url: from } : from && { icalendar: await from.text() };
      return ask<Schemas["Calendar"] | null>(said ? "PUT" : "DELETE", path, said ?? undefined);
    },
    onSuccess: (kept, { feed }) => {
      setFeeds(kept ? kept.feeds : feeds.filter((one) => one.name !== feed));
      setName("");
      setFile(null);
      setUrl("");
      return queries.invalidateQueries({ queryKey: ["things"] });
    },
  });
  return (
    <Stack gap="xs" component="section" aria-label={t("feeds.title")}>
      <Title order={2} size="h5">
        {t("feeds.title")}
      </Title>
      <Text size="sm" className="quiet">
        {t("feeds.text")}
      </Text>
      {feeds.map((one) => (
        <Group key={one.name} justify="space-between">
          <Text size="sm">
            {one.name} · {t("feeds.days", { days: one.holidays.length })}
          </Text>
          <ActionIcon variant="subtle" color="gray" aria-label={t("feeds.remove", { feed: one.name })} onClick={() => keeping.mutate({ feed: one.name, from: null })}>
            <Icon name="close" size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Group align="flex-end" grow>
        <TextInput label={t("section_fields.name")} value={name} onChange={(event) => setName(event.target.value)} />
        <FileInput label={t("feeds.file")} accept=".ics,text/calendar" clearable value={file} onChange={setFile} />
      </Group>
      <TextInput label={t("feeds.url")} type="url" placeholder="https://" disabled={file !== null} value={url} onChange={(event) => setUrl(event.target.value)} />
      <Button variant="light" disabled={!name.trim() || !(file ?? url.trim())} loading={keeping.isPending} onClick={() => keeping.mutate({ feed: name.trim(), from: file ?? url.trim() })}>
        {t("feeds.take")}
      </Button>
      <Tried error={keeping.error} />
    </Stack>
  );
}
