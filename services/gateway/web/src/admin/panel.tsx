/** A setting of a thing that is read by itself and replaced as a whole: how a queue routes, what somebody can do. */
import { Accordion, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { settingQuery, useReplace } from "../api/things";
import { Failed, Loading } from "../shared/states";
import { Inputs } from "./input";
import { form, type Input, whole } from "./inputs";
import type { Panel } from "./sections";

type Setting = { version: number } & Record<string, unknown>;

export function ThingPanel({ panel, thing }: { panel: Panel; thing: { id: string } }): ReactNode {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <Accordion variant="contained" value={opened} onChange={setOpened}>
      <Accordion.Item value={panel.name}>
        <Accordion.Control>{t(`panels.${panel.name}`)}</Accordion.Control>
        <Accordion.Panel>{opened && <SettingAt inputs={panel.inputs} path={panel.path(thing)} />}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

export function SettingAt({ inputs, path }: { inputs: readonly Input[]; path: string }): ReactNode {
  const { t } = useTranslation();
  const asked = useQuery(settingQuery<Setting>(path));
  const keeping = useReplace(path);
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  return (
    <>
      <SettingForm key={asked.data.version} inputs={inputs} kept={asked.data} keeping={keeping} />
      <Text size="sm" className="quiet" role="status">
        {keeping.isSuccess && t("settings.saved")}
      </Text>
    </>
  );
}

function SettingForm({ inputs, kept, keeping }: { inputs: readonly Input[]; kept: Setting; keeping: ReturnType<typeof useReplace> }): ReactNode {
  const { t } = useTranslation();
  const [filled, setFilled] = useState(() => form(inputs, kept));
  return (
    <Stack
      component="form"
      gap="sm"
      onSubmit={(event) => {
        event.preventDefault();
        keeping.mutate({ said: whole(inputs, filled), version: kept.version });
      }}
    >
      <Inputs inputs={inputs} filled={filled} set={setFilled} error={keeping.error} />
      <Group justify="flex-end">
        <Button type="submit" loading={keeping.isPending}>
          {t("filter.save")}
        </Button>
      </Group>
    </Stack>
  );
}
