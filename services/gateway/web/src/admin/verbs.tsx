/** What is done to a thing beside changing it. */
import { Button, Group, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useVerb } from "../api/things";
import { useMay } from "../shared/me";
import type { Kept } from "./inputs";
import { secretIn } from "./secret";
import type { Section, Verb } from "./sections";
import { Tried } from "./tried";

interface VerbsProps {
  section: Section;
  kept: Kept;
  /** Called when the thing is another one than it was; `secret` is what the desk told this once. */
  done: (secret: string | null) => void;
}

export function Verbs({ section, kept, done }: VerbsProps): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const doing = useVerb();
  const [asked, setAsked] = useState<Verb["name"] | null>(null);
  const [did, setDid] = useState<Verb["name"] | null>(null);
  const offered = (section.verbs ?? []).filter((verb) => (!verb.state || kept["state"] === verb.state) && (!verb.permission || may(verb.permission)));
  function act(verb: Verb): void {
    setDid(null);
    if (verb.sure && asked !== verb.name) return setAsked(verb.name);
    setAsked(null);
    const { method = "POST", said, stays } = verb;
    doing.mutate({ path: verb.path(kept), method, said, version: kept.version }, { onSuccess: (answer) => (stays ? setDid(verb.name) : done(secretIn(answer))) });
  }
  return (
    <>
      <Group gap="xs">
        {offered.map((verb) => (
          <Button key={verb.name} variant="light" color={verb.sure ? "red" : undefined} loading={doing.isPending} onClick={() => act(verb)}>
            {t(asked === verb.name ? "admin.surely" : `verbs.${verb.name}`)}
          </Button>
        ))}
        {did && (
          <Text size="sm" role="status">
            {t("verbs.done")}
          </Text>
        )}
      </Group>
      <Tried error={doing.error} />
    </>
  );
}
