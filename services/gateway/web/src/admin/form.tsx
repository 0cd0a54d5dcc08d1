/** The form of one thing that is configured, made of its section's description; the desk's reasons stand at their fields. */
import { Button, Divider, Group, Stack } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useKeep } from "../api/things";
import { Inputs } from "./input";
import { body, form, type Kept, whole, type Written } from "./inputs";
import { ToldSecret } from "../shared/told-secret";
import { ThingLog } from "./log";
import { ThingPanel } from "./panel";
import { secretIn } from "./secret";
import type { Section } from "./sections";
import { Trial } from "./trials";
import { Verbs } from "./verbs";

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
  const [secret, setSecret] = useState<string | null>(null);
  const keeping = useKeep(section.path, kept, section.keyed);

  function done(told: string | null): void {
    if (told) setSecret(told);
    else close();
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    const said = section.keyed ? whole(inputs, filled) : body(section.inputs, filled, kept);
    keeping.mutate(said, { onSuccess: (answer) => done(secretIn(answer)) });
  }

  if (secret) return <ToldSecret secret={secret} close={close} />;
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
            <Button type="submit" loading={keeping.isPending && keeping.variables !== null}>
              {t("filter.save")}
            </Button>
          </Group>
        </Group>
      </Stack>
      {section.trial && (
        <>
          <Divider />
          <Trial section={section} form={filled} kept={kept} />
        </>
      )}
      {kept && section.verbs && <Verbs section={section} kept={kept} done={done} />}
      {kept && section.panels?.map((panel) => <ThingPanel key={panel.name} panel={panel} thing={kept} />)}
      {kept && section.logs?.map((log) => <ThingLog key={log.name} log={log} thing={kept} />)}
    </Stack>
  );
}
