/** What is shown once: the secret for an app, as a QR code and to be typed, and recovery codes. */
import { Alert, Button, Code, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { encode } from "uqr";

export function SharedSecret({ secret, uri }: { secret: string; uri: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" align="center">
      <Text size="sm">{t("account.scan")}</Text>
      <QrCode text={uri} />
      <Text size="sm" className="quiet">
        {t("account.type")}
      </Text>
      <Code style={{ overflowWrap: "anywhere" }}>{secret.replace(/(.{4})(?=.)/g, "$1 ")}</Code>
    </Stack>
  );
}

function QrCode({ text }: { text: string }): ReactNode {
  const { t } = useTranslation();
  const { data, size } = encode(text, { border: 2 });
  const dots = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")));
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width={196} height={196} role="img" aria-label={t("account.qr")} shapeRendering="crispEdges">
      <path d={`M0 0h${size}v${size}h-${size}z`} fill="#fff" />
      <path d={dots.join("")} fill="#000" />
    </svg>
  );
}

export function RecoveryCodes({ codes, done }: { codes: string[]; done: () => void }): ReactNode {
  const { t } = useTranslation();
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(codes.join("\n"))}`;
  return (
    <Stack gap="sm">
      <Alert color="yellow" variant="light" title={t("account.codes")} role="status">
        {t("account.codes_text")}
      </Alert>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
        {codes.map((code) => (
          <li key={code}>
            <Code>{code}</Code>
          </li>
        ))}
      </SimpleGrid>
      <Group justify="space-between">
        <Button variant="default" component="a" href={file} download="deskmesh-recovery-codes.txt">
          {t("account.download")}
        </Button>
        <Button onClick={done}>{t("account.kept")}</Button>
      </Group>
    </Stack>
  );
}
