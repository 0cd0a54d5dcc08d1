import "../design/all";

import { Group, SimpleGrid, Stack, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { catalogQuery } from "../api/catalog";
import { Icon } from "../shared/icons";
import { Failed, Loading, Note } from "../shared/states";
import { answers, ItemCard } from "./item-card";

export function CatalogPage(): ReactNode {
  const { t } = useTranslation();
  const asked = useQuery(catalogQuery);
  const [words, setWords] = useState("");
  const items = (asked.data?.items ?? []).filter((item) => item.active && answers(item, words.trim()));
  const categories = [...new Set(items.map((item) => item.category ?? ""))];
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t("catalog.title")}
        </Title>
        <TextInput type="search" aria-label={t("catalog.search")} placeholder={t("catalog.search")} leftSection={<Icon name="search" size={16} />} value={words} onChange={(event) => setWords(event.target.value)} />
      </Group>
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.data && items.length === 0 && <Note icon="inbox" title={t("catalog.none_title")} text={t("catalog.none_text")} />}
      {categories.map((category) => (
        <Stack key={category} component="section" gap="sm" aria-label={category || t("catalog.other")}>
          <Title order={2} size="h5">
            {category || t("catalog.other")}
          </Title>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            {items
              .filter((item) => (item.category ?? "") === category)
              .map((item) => (
                <ItemCard key={item.id} item={item} />
              ))}
          </SimpleGrid>
        </Stack>
      ))}
    </Stack>
  );
}
