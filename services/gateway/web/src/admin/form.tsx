/** The form of one thing that is configured, made of its section's description; the desk's reasons stand at their fields. */
import { Alert, Button, Divider, Group, Stack } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "../api/problem";
import { useKeep, useVerb } from "../api/things";
import { Inputs } from "./input";
import { body, form, type Kept, type Written } from "./inputs";
import { ThingLog } from "./log";
import { ThingPanel } from "./panel";
import type { Section } from "./sections";
import { Trial } from "./trials";

interface ThingFormProps {
  section: Section;
  kept: Kept | null;
  close: () => void;
}

export function ThingForm({ section, kept, close }: ThingFormProps): ReactNode {
  const { t } = useTranslation();
  const inputs = section.inputs.filter((one) => one.when !== (kept ? "new" : "kept"));
  const [filled, setFilled] = useState<Written>(() => form(section.inputs, kept));
  const [sure, setSure] = useState(false);
  const keeping = useKeep(section.path, kept);

  function submit(event: FormEvent): void {
    event.preventDefault();
    keeping.mutate(body(section.inputs, filled, kept), { onSuccess: close });
  }

  return (
    <Stack gap="sm">
      <Stack component="form" onSubmit={submit} gap="sm">
        <Inputs inputs={inputs} filled={filled} set={setFilled} error={keeping.error} />
        <Group justify="space-between">
          {kept && section.removable ? (
            <Button variant="light" color="red" loading={keeping.isPending && keeping.variables === null} onClick={() => (sure ? keeping.mutate(null, { onSuccess: close }) : setSure(true))}>
              {t(sure ? "admin.really" : "admin.remove")}
            </Button>
          ) : (
            <span />
          )}
          <Group gap="xs">
            <Button variant="default" onClick={close}>
              {t("action.cancel")}
            </Button>
            {!(kept && section.fixed) && (
              <Button type="submit" loading={keeping.isPending && keeping.variables !== null}>
                {t("filter.save")}
              </Button>
            )}
          </Group>
        </Group>
      </Stack>
      {section.trial && (
        <>
          <Divider />
          <Trial section={section} form={filled} kept={kept} />
        </>
      )}
      {kept && section.verbs && <Verbs section={section} kept={kept} close={close} />}
      {kept && section.panels?.map((panel) => <ThingPanel key={panel.name} panel={panel} thing={kept} />)}
      {kept && section.logs?.map((log) => <ThingLog key={log.name} log={log} thing={kept} />)}
    </Stack>
  );
}

function Verbs({ section, kept, close }: ThingFormProps & { kept: Kept }): ReactNode {
  const { t } = useTranslation();
  const doing = useVerb();
  return (
    <Group gap="xs">
      {section.verbs
        ?.filter((verb) => kept["state"] === verb.state)
        .map((verb) => (
          <Button key={verb.name} variant="light" loading={doing.isPending} onClick={() => doing.mutate({ path: verb.path(kept), version: kept.version }, { onSuccess: close })}>
            {t(`verbs.${verb.name}`)}
          </Button>
        ))}
      {doing.error && (
        <Alert color="red" variant="light" role="alert">
          {doing.error instanceof Problem ? doing.error.detail : t("composer.not_sent")}
        </Alert>
      )}
    </Group>
  );
}
