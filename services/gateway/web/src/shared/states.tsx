/** What is shown where there is nothing to show: still loading, empty, refused, away, broken. */
import { Button, Center, Loader, Stack, Text, ThemeIcon } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "../api/problem";
import { SignInRefused } from "../api/session";
import { Icon, type IconName } from "./icons";

export function Loading(): ReactNode {
  const { t } = useTranslation();
  return (
    <Center py="xl" role="status" aria-label={t("state.loading")}>
      <Loader size="sm" />
    </Center>
  );
}

interface NoteProps {
  icon: IconName;
  title: string;
  text?: string;
  children?: ReactNode;
}

export function Note({ icon, title, text, children }: NoteProps): ReactNode {
  return (
    <Center py={48} px="md">
      <Stack align="center" gap="xs" maw={420} ta="center">
        <ThemeIcon variant="light" size={48} radius="xl">
          <Icon name={icon} size={24} />
        </ThemeIcon>
        <Text fw={600}>{title}</Text>
        {text && <Text className="quiet">{text}</Text>}
        {children}
      </Stack>
    </Center>
  );
}

const statusOf = (error: unknown): number => (error instanceof Problem || error instanceof SignInRefused ? error.status : -1);

/** Whether the desk did not answer at all, and may soon. */
export const isAway = (error: unknown): boolean => [0, 503].includes(statusOf(error));

/** A refused or failed question: what it means, and what can be done. */
export function Failed({ error, again }: { error: unknown; again?: () => void }): ReactNode {
  const { t } = useTranslation();
  const status = statusOf(error);
  if (status === 404) return <Note icon="search" title={t("state.none_title")} text={t("state.none_text")} />;
  if (status === 403) return <Note icon="alert" title={t("state.forbidden_title")} text={t("state.forbidden_text")} />;
  const away = isAway(error);
  return (
    <Note
      icon="alert"
      title={away ? t("state.away_title") : t("state.failed_title")}
      text={away ? t("state.away_text") : error instanceof Problem ? error.detail : t("state.failed_text")}
    >
      {again && (
        <Button variant="light" onClick={again}>
          {t("action.again")}
        </Button>
      )}
    </Note>
  );
}
