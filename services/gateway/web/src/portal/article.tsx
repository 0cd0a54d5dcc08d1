import "../design/all";

import { Anchor, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { articleQuery } from "../api/queries";
import { When } from "../shared/badges";
import { Icon } from "../shared/icons";
import { Failed, Loading } from "../shared/states";
import { ArticleBody } from "../shared/text";
import { NewRequestButton } from "./layout";

export function ArticlePage(): ReactNode {
  const { t } = useTranslation();
  const router = useRouter();
  const { article: id } = useParams({ from: "/signed-in/portal/articles/$article" });
  const asked = useQuery(articleQuery(id));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  const article = asked.data;
  return (
    <Stack>
      <Anchor component="button" type="button" size="sm" onClick={() => router.history.back()}>
        <Group gap={4}>
          <Icon name="back" size={14} />
          {t("action.back")}
        </Group>
      </Anchor>
      <Paper withBorder p="xl">
        <Title order={1} size="h2" lang={article.language}>
          {article.title}
        </Title>
        <Text size="sm" className="quiet" mb="md">
          <span className="number">{article.number}</span> · <When moment={article.updated_at} />
        </Text>
        <div lang={article.language}>
          <ArticleBody text={article.body} />
        </div>
      </Paper>
      <Group justify="space-between">
        <Text className="quiet">{t("portal.not_found")}</Text>
        <NewRequestButton title={article.title} />
      </Group>
    </Stack>
  );
}
