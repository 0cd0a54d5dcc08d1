/** What has to be taken along to another program, to be copied; a secret is told this once. */
import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "../shared/me";
import type { Kept, Written } from "./inputs";

export function Copied({ text }: { text: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Group gap="xs" wrap="nowrap">
      <Code className="person-text" flex={1}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button variant="light" size="xs" className="whole" onClick={copy}>
            {t(copied ? "secret.copied" : "secret.copy")}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}

/** The secret in an answer of the desk, where there is one. */
export function secretIn(answer: unknown): string | null {
  return typeof answer === "object" && answer !== null && "secret" in answer && typeof answer.secret === "string" ? answer.secret : null;
}

export function ToldSecret({ secret, close }: { secret: string; close: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Alert color="yellow" variant="light" title={t("secret.title")} role="status">
        {t("secret.text")}
      </Alert>
      <Copied text={secret} />
      <Group justify="flex-end">
        <Button onClick={close}>{t("secret.kept")}</Button>
      </Group>
    </Stack>
  );
}

/** Where a provider sends people back to, and tells of those who sign out there: what it has to be told. */
export function ReturnAddress({ form, kept }: { form: Written; kept: Kept | null }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const slug = String(kept?.["slug"] ?? form["slug"] ?? "");
  if (!slug) return null;
  const way = `${window.location.origin}/api/v1/auth/providers/${me.tenant.key}/${slug}`;
  const addresses = [["secret.return_address", `${way}/callback`], ["secret.left_address", `${window.location.origin}/sign-in`], ["secret.logout_address", `${way}/logout`]] as const;
  return (
    <Stack gap={4}>
      {addresses.map(([name, text]) => (
        <Fragment key={name}>
          <Text size="sm">{t(name)}</Text>
          <Copied text={text} />
        </Fragment>
      ))}
    </Stack>
  );
}
