/** The designer of a workflow: drawn, checked by the desk with each change, saved as a new version once nothing is wrong. */
import { Alert, Anchor, Badge, Button, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useBlocker, useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../../api/client";
import { faultsQuery, versionsQuery, workflowQuery } from "../../api/workflows";
import { useKeep } from "../../api/things";
import { When } from "../../shared/badges";
import { Failed, Loading } from "../../shared/states";
import { Canvas } from "./canvas";
import { Tried } from "../tried";
import { AutomaticMoves } from "./automatic";
import { Inspector } from "./inspector";
import { type Chosen, type Definition, type Fault, freeSlug, placeOf } from "./model";
import { Save } from "./save";

const PAUSE = 300;

export function WorkflowPage(): ReactNode {
  const { workflow } = useParams({ from: "/signed-in/admin/workflows/$workflow" });
  const asked = useQuery(workflowQuery(workflow));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  return <Designer key={asked.data.version} workflow={asked.data} />;
}

function Designer({ workflow }: { workflow: Schemas["Workflow"] }): ReactNode {
  const { t } = useTranslation();
  const saved = workflow.definition as unknown as Definition;
  const [past, setPast] = useState<Definition[]>([]);
  const [definition, setDefinition] = useState(saved);
  const [chosen, choose] = useState<Chosen | null>(null);
  const [asked] = useDebouncedValue(definition, PAUSE);
  const checked = useQuery(faultsQuery(asked as unknown as Schemas["WorkflowDraft"]["definition"]));
  const faults = checked.data?.errors ?? [];
  const dirty = definition !== saved;
  const settled = asked === definition && !checked.isFetching;
  useBlocker({ shouldBlockFn: () => dirty && !window.confirm(t("workflow.leave")), enableBeforeUnload: dirty });

  function change(next: Definition): void {
    setPast([...past, definition]);
    setDefinition(next);
  }
  function undo(): void {
    const before = past.at(-1);
    if (!before) return;
    setPast(past.slice(0, -1));
    // What was saved is again what it was, not a copy of it.
    setDefinition(before);
    choose(null);
  }
  function addState(name: string): void {
    const slug = freeSlug(name, definition.states);
    change({ ...definition, states: [...definition.states, { slug, name, category: "active" }] });
    choose({ kind: "states", place: definition.states.length });
  }
  function connect(from: string, to: string): void {
    const name = definition.states.find((one) => one.slug === to)?.name ?? to;
    change({ ...definition, moves: [...definition.moves, { from, to, name, permission: "tickets.transition" }] });
    choose({ kind: "moves", place: definition.moves.length });
  }

  return (
    <>
      <Group justify="space-between" mb="md">
        <Title order={1} size="h3">
          {workflow.name}
        </Title>
        <Group gap="xs">
          <Badge variant="light" tt="none" color={faults.length > 0 ? "red" : "green"} role="status">
            {faults.length > 0 ? t("workflow.faults", { faults: faults.length }) : t("workflow.sound")}
          </Badge>
          <Button variant="default" size="sm" disabled={past.length === 0} onClick={undo}>
            {t("workflow.undo")}
          </Button>
        </Group>
      </Group>
      <div className="designer">
        <Canvas definition={definition} faults={faults} chosen={chosen} choose={choose} connect={connect} />
        <Stack>
          <Save workflow={workflow} definition={definition} ready={dirty && settled && faults.length === 0} />
          <Paper withBorder p="md">
            {chosen ? (
              <Stack>
                <Anchor component="button" type="button" size="sm" onClick={() => choose(null)}>
                  {t("action.back")}
                </Anchor>
                <Inspector definition={definition} faults={faults} chosen={chosen} change={change} choose={choose} />
              </Stack>
            ) : (
              <Whole definition={definition} faults={faults} choose={choose} change={change} addState={addState} connect={connect} />
            )}
          </Paper>
          <Versions workflow={workflow.id} />
          <Remove workflow={workflow} />
        </Stack>
      </div>
    </>
  );
}

interface WholeProps {
  definition: Definition;
  faults: Fault[];
  choose: (chosen: Chosen) => void;
  change: (definition: Definition) => void;
  addState: (name: string) => void;
  connect: (from: string, to: string) => void;
}

/** Nothing is chosen: what is wrong, what can be added, and all there is, for whoever draws without a mouse. */
function Whole({ definition, faults, choose, change, addState, connect }: WholeProps): ReactNode {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const named = (slug: string) => definition.states.find((one) => one.slug === slug)?.name ?? slug;
  return (
    <Stack gap="sm">
      {faults.map((fault) => {
        const at = placeOf(fault);
        return (
          <Alert key={fault.field + fault.reason} color="red" variant="light" p="xs">
            {fault.reason}{" "}
            {at && (
              <Anchor component="button" type="button" size="sm" onClick={() => choose(at)}>
                {t("workflow.show")}
              </Anchor>
            )}
          </Alert>
        );
      })}
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <TextInput flex={1} label={t("workflow.new_state")} value={name} onChange={(event) => setName(event.target.value)} />
        <Button
          variant="light"
          disabled={!name.trim()}
          onClick={() => {
            addState(name.trim());
            setName("");
          }}
        >
          {t("workflow.add")}
        </Button>
      </Group>
      {definition.states.map((state, place) => (
        <Stack key={state.slug} gap={0}>
          <Anchor className="flow-link" component="button" type="button" size="sm" fw={600} onClick={() => choose({ kind: "states", place })}>
            {state.name}
          </Anchor>
          {definition.moves.map(
            (move, at) =>
              move.from === state.slug && (
                <Anchor key={at} className="flow-link" component="button" type="button" size="sm" pl="md" onClick={() => choose({ kind: "moves", place: at })}>
                  {move.name} → {named(move.to)}
                </Anchor>
              ),
          )}
          <Anchor component="button" type="button" size="sm" pl="md" className="flow-link quiet" onClick={() => connect(state.slug, definition.initial)}>
            {t("workflow.add_move")}
          </Anchor>
        </Stack>
      ))}
      <AutomaticMoves definition={definition} change={change} />
    </Stack>
  );
}

/** Takes a workflow away; the desk refuses while tickets live by it. */
function Remove({ workflow }: { workflow: Schemas["Workflow"] }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [sure, setSure] = useState(false);
  const removing = useKeep("/api/v1/workflows", workflow);
  const remove = () => removing.mutate(null, { onSuccess: () => void navigate({ to: "/admin/workflows" }) });
  return (
    <Stack gap="xs">
      <Button variant="subtle" color="red" size="xs" loading={removing.isPending} onClick={() => (sure ? remove() : setSure(true))}>
        {t(sure ? "admin.really" : "workflow.remove")}
      </Button>
      <Tried error={removing.error} />
    </Stack>
  );
}

function Versions({ workflow }: { workflow: string }): ReactNode {
  const { t } = useTranslation();
  const asked = useQuery(versionsQuery(workflow));
  if (!asked.data) return null;
  return (
    <Paper withBorder p="md">
      <Text size="sm" fw={600} mb={4}>
        {t("workflow.versions")}
      </Text>
      {asked.data.items.map((one) => (
        <Group key={one.id} justify="space-between">
          <Text size="sm" className="quiet">
            {t("workflow.version", { revision: one.revision })} · <When moment={one.created_at} />
          </Text>
          <Text size="sm" className="quiet">
            {t("workflow.running_tickets", { running: one.running_tickets })}
          </Text>
        </Group>
      ))}
    </Paper>
  );
}
