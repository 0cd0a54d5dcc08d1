/** What a workflow does by itself: on an event, or after a time. */
import { ActionIcon, Button, MultiSelect, Select, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "../../shared/icons";
import { SpanInput } from "../editors/span";
import { useOffered } from "../offered";
import type { Automatic, Definition } from "./model";

const EVENTS = ["agent_replied", "requester_replied", "assigned", "reminded", "approved", "rejected"] as const;
const AFTER = "after";
const FIRST_SPAN = "P5D";

interface AutomaticProps {
  definition: Definition;
  change: (definition: Definition) => void;
}

export function AutomaticMoves({ definition, change }: AutomaticProps): ReactNode {
  const { t } = useTranslation();
  const automatic = definition.automatic ?? [];
  const last = definition.states.at(-1)?.slug ?? definition.initial;
  return (
    <Stack gap="xs" component="section" aria-label={t("workflow.automatic")}>
      <Text size="sm" fw={600}>
        {t("workflow.automatic")}
      </Text>
      {automatic.map((one, place) => (
        <AutomaticMove
          key={place}
          definition={definition}
          one={one}
          set={(next) => change({ ...definition, automatic: automatic.map((other, at) => (at === place ? next : other)) })}
          remove={() => change({ ...definition, automatic: automatic.filter((_, at) => at !== place) })}
        />
      ))}
      <Button variant="subtle" size="xs" onClick={() => change({ ...definition, automatic: [...automatic, { on: "assigned", from: [definition.initial], to: last }] })}>
        {t("workflow.add_automatic")}
      </Button>
    </Stack>
  );
}

function AutomaticMove({ definition, one, set, remove }: { definition: Definition; one: Automatic; set: (one: Automatic) => void; remove: () => void }): ReactNode {
  const { t } = useTranslation();
  const states = definition.states.map((state) => ({ value: state.slug, label: state.name }));
  const events = useOffered({ name: "on", kind: "one", choices: EVENTS, words: "choices" }, [one.on ?? ""]);
  const { from, to } = one;
  return (
    <div className="form-row" role="group" aria-label={`${t("workflow.automatic")}: ${to}`}>
      <Stack gap={4}>
        <Select
          size="xs"
          label={t("workflow.on")}
          allowDeselect={false}
          data={[...events, { value: AFTER, label: t("workflow.time") }]}
          value={one.on ?? AFTER}
          onChange={(on) => on && set(on === AFTER ? { after: FIRST_SPAN, from, to } : { on, from, to })}
        />
        {one.after !== undefined && <SpanInput looks={{ label: t("workflow.after"), required: true, error: undefined }} value={one.after} set={(after) => set({ after, from, to })} business={false} />}
        <MultiSelect size="xs" label={t("workflow.from")} data={states} value={from} onChange={(next) => set({ ...one, from: next })} />
        <Select size="xs" label={t("workflow.to")} allowDeselect={false} data={states} value={to} onChange={(next) => next && set({ ...one, to: next })} />
      </Stack>
      <ActionIcon variant="subtle" color="gray" aria-label={t("workflow.remove_automatic")} onClick={remove}>
        <Icon name="close" size={16} />
      </ActionIcon>
    </div>
  );
}
