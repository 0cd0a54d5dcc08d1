/** A setting of a thing that is read by itself and replaced as a whole: how a queue routes, what somebody can do. */
import { Accordion, Button, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { settingQuery, useReplace } from "../api/things";
import { Failed, Loading } from "../shared/states";
import { Inputs } from "./input";
import { form, whole } from "./inputs";
import type { Panel } from "./sections";

type Setting = { version: number } & Record<string, unknown>;

export function ThingPanel({ panel, thing }: { panel: Panel; thing: { id: string } }): ReactNode {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <Accordion variant="contained" value={opened} onChange={setOpened}>
      <Accordion.Item value={panel.name}>
        <Accordion.Control>{t(`panels.${panel.name}`)}</Accordion.Control>
        <Accordion.Panel>{opened && <SettingAt panel={panel} path={panel.path(thing)} />}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function SettingAt({ panel, path }: { panel: Panel; path: string }): ReactNode {
  const asked = useQuery(settingQuery<Setting>(path));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  return <SettingForm key={asked.data.version} panel={panel} path={path} kept={asked.data} />;
}

function SettingForm({ panel, path, kept }: { panel: Panel; path: string; kept: Setting }): ReactNode {
  const { t } = useTranslation();
  const [filled, setFilled] = useState(() => form(panel.inputs, kept));
  const keeping = useReplace(path);
  return (
    <Stack
      component="form"
      gap="sm"
      onSubmit={(event) => {
        event.preventDefault();
        keeping.mutate({ said: whole(panel.inputs, filled), version: kept.version });
      }}
    >
      <Inputs inputs={panel.inputs} filled={filled} set={setFilled} error={keeping.error} />
      <Group justify="flex-end">
        <Button type="submit" loading={keeping.isPending}>
          {t("filter.save")}
        </Button>
      </Group>
    </Stack>
  );
}
