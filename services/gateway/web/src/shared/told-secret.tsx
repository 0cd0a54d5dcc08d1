/** What has to be taken along to another program, to be copied; a secret is told this once. */
import { Alert, Button, Code, CopyButton, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

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
            {t(copied ? "told.copied" : "told.copy")}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}

export function ToldSecret({ secret, close }: { secret: string; close: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Alert color="yellow" variant="light" title={t("told.title")} role="status">
        {t("told.text")}
      </Alert>
      <Copied text={secret} />
      <Group justify="flex-end">
        <Button onClick={close}>{t("told.kept")}</Button>
      </Group>
    </Stack>
  );
}
