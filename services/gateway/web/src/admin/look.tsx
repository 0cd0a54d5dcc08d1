/** The tenant's colour and logo. */
import { Alert, Anchor, Button, ColorInput, FileButton, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ifMatch, type Schemas, take } from "../api/client";
import { Problem } from "../api/problem";
import { setLook } from "../shared/look";
import { Failed, Loading } from "../shared/states";

const QUERY = ["branding"];
const SWATCHES = ["#1f6f78", "#1f4fa3", "#5b3fa0", "#7a1f5c", "#a3271f", "#a35a00", "#4c7a1f", "#3d4a52"];

export function TenantLook(): ReactNode {
  const asked = useQuery({ queryKey: QUERY, queryFn: () => take(api.GET("/api/v1/branding")) });
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  return <Form now={asked.data} />;
}

const asUrl = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(file);
  });

function Form({ now }: { now: Schemas["Branding"] }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [accent, setAccent] = useState(now.accent ?? "");
  /** undefined: it stays. */
  const [logo, setLogo] = useState<string | null>();
  const keeping = useMutation({
    mutationFn: () =>
      take(api.PUT("/api/v1/branding", { params: { header: ifMatch(now.version) }, body: { accent: accent || null, ...(logo !== undefined && { logo }) } })),
    onSuccess: (kept) => {
      setLook(kept);
      setLogo(undefined);
      queries.setQueryData(QUERY, kept);
    },
  });
  const problem = keeping.error instanceof Problem ? keeping.error : null;
  const wrong = problem?.reasonOf("logo");
  const shown = logo === undefined ? now.logo : logo;
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">
        {t("look.title")}
      </Title>
      <Text size="sm" className="quiet" mb="sm">
        {t("look.text")}
      </Text>
      <Stack gap="sm" align="flex-start">
        <ColorInput withEyeDropper={false} label={t("look.accent")} placeholder="#1f6f78" w={220} format="hex" swatches={SWATCHES} value={accent} onChange={setAccent} error={problem?.reasonOf("accent")} />
        <Group>
          <img src={shown ?? "/icon.svg"} height={40} style={{ maxWidth: 160 }} alt={t("look.logo")} />
          <FileButton accept="image/png,image/jpeg,image/webp" onChange={(file) => file && void asUrl(file).then(setLogo)}>
            {(props) => (
              <Button {...props} variant="default" size="xs">
                {t("look.choose")}
              </Button>
            )}
          </FileButton>
          {shown && (
            <Button variant="subtle" size="xs" onClick={() => setLogo(null)}>
              {t("look.remove")}
            </Button>
          )}
        </Group>
        <Group aria-hidden>
          <Text size="sm" fw={600}>
            {t("look.sample")}
          </Text>
          <Button size="xs" tabIndex={-1}>
            {t("look.button")}
          </Button>
          <Button size="xs" variant="light" tabIndex={-1}>
            {t("look.button")}
          </Button>
          <Anchor component="span" size="sm">
            {t("look.link")}
          </Anchor>
        </Group>
        {keeping.isError && (
          <Alert color="red" variant="light" role="alert" w="100%">
            {wrong ? `${t("look.logo")}: ${wrong}` : problem?.status === 412 ? t("admin.stale") : problem && problem.status !== 0 ? problem.detail : t("composer.not_sent")}
          </Alert>
        )}
        <Group justify="flex-end" w="100%">
          <Text size="sm" className="quiet" role="status">
            {keeping.isSuccess && t("settings.saved")}
          </Text>
          {accent && (
            <Button size="sm" variant="subtle" onClick={() => setAccent("")}>
              {t("look.own")}
            </Button>
          )}
          <Button size="sm" loading={keeping.isPending} onClick={() => keeping.mutate()}>
            {t("look.keep")}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
