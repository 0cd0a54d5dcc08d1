/** A layout put together: sections and fields moved by drag or by keys, the form or page beside them as people will see it. */
import { Alert, Badge, Button, Group, Stack, Title, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useBlocker, useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { fieldsQuery } from "../../api/catalog";
import { type KeptLayout, layoutQuery, useKeepLayout } from "../../api/layout-settings";
import { Problem } from "../../api/problem";
import { Icon } from "../../shared/icons";
import { titleOf } from "../../shared/layouts";
import { Failed, Loading, Note } from "../../shared/states";
import { Tried } from "../tried";
import { left, moved, type Place, type Section, sectionMoved, stepped } from "./model";
import { Preview } from "./preview";
import { rowId, SectionCard } from "./section-card";
import { Versions } from "./versions";
import { useFieldName, useLayoutName } from "./words";

export function LayoutPage(): ReactNode {
  const { t } = useTranslation();
  const { layout } = useParams({ from: "/signed-in/admin/layouts/$layout" });
  const asked = useQuery(layoutQuery(layout));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  if (asked.data) return <Editor key={asked.data.version} layout={asked.data} />;
  return (
    <Stack>
      <Note icon="list" title={t("layouts.gone")} text={t("layouts.gone_text")} />
      <Versions layout={layout} kept={null} />
    </Stack>
  );
}

/** A new section has a place for its title in the language at hand. */
const fresh = (): Section => ({ title: {}, columns: 2, collapsed: false, fields: [] });

function Editor({ layout }: { layout: KeptLayout }): ReactNode {
  const { t, i18n } = useTranslation();
  const definitions = useQuery(fieldsQuery).data?.items ?? [];
  const named = useFieldName(definitions);
  const called = useLayoutName();
  const saved: readonly Section[] = layout.sections;
  const [sections, setSections] = useState(saved);
  const [held, hold] = useState<Place | null>(null);
  const [told, tell] = useState("");
  const follow = useRef<{ name: string; step: -1 | 1 } | null>(null);
  const saving = useKeepLayout(layout);
  const dirty = sections !== saved;
  useBlocker({ shouldBlockFn: () => dirty && !window.confirm(t("workflow.leave")), enableBeforeUnload: dirty });

  // Whoever moves a field by keys stays at it, in whatever section it has come to stand.
  useEffect(() => {
    const { name, step } = follow.current ?? {};
    if (name) document.getElementById(rowId(name))?.querySelectorAll("button")[step === -1 ? 0 : 1]?.focus();
    follow.current = null;
  }, [sections]);

  function change(next: readonly Section[]): void {
    saving.reset();
    setSections(next);
  }
  function move(from: Place, to: Place): void {
    const name = sections[from.section]?.fields[from.at] ?? "";
    change(moved(sections, from, to));
    tell(t("layouts.moved", { field: named(name), section: titleOf(sections[to.section] ?? fresh(), i18n.language), place: to.at + 1 }));
  }
  function step(from: Place, by: -1 | 1): void {
    const to = stepped(sections, from, by);
    if (!to) return;
    follow.current = { name: sections[from.section]?.fields[from.at] ?? "", step: by };
    move(from, to);
  }
  function drop(to: Place): void {
    if (held) move(held, to);
    hold(null);
  }

  const problem = saving.error instanceof Problem ? saving.error : null;
  const faults = problem?.fields ?? [];
  const offered = left(sections, layout, definitions).map((value) => ({ value, label: named(value) }));
  return (
    <>
      <Group justify="space-between" mb="md">
        <Title order={1} size="h3">
          {called(layout)}
        </Title>
        <Group gap="xs">
          <Badge variant="light" tt="none" color="gray">
            {t("workflow.version", { revision: layout.version })}
          </Badge>
          <Button disabled={!dirty} loading={saving.isPending} onClick={() => saving.mutate([...sections])}>
            {t("filter.save")}
          </Button>
        </Group>
      </Group>
      {saving.error && (
        <Alert color="red" variant="light" role="alert" mb="md">
          {problem?.status === 412 ? t("admin.stale") : problem && problem.status !== 0 ? problem.detail : t("composer.not_sent")}
          {faults
            .filter((one) => one.field === "sections")
            .map((one) => (
              <div key={one.reason}>{one.reason}</div>
            ))}
        </Alert>
      )}
      <VisuallyHidden role="status">{told}</VisuallyHidden>
      <div className="layout-editor">
        <Stack>
          {sections.map((_, place) => (
            <SectionCard
              key={place}
              sections={sections}
              place={place}
              change={change}
              hands={{ held, hold, drop, step }}
              faults={faults}
              offered={offered}
              named={named}
              moveSection={(by) => change(sectionMoved(sections, place, place + by))}
            />
          ))}
          <Group>
            <Button variant="light" leftSection={<Icon name="plus" size={14} />} onClick={() => change([...sections, fresh()])}>
              {t("layouts.add_section")}
            </Button>
          </Group>
        </Stack>
        <Stack>
          <Preview sections={sections} of={layout} fields={definitions} named={named} />
          <Versions layout={layout.id} kept={layout} />
          <Remove layout={layout} />
        </Stack>
      </div>
    </>
  );
}

function Remove({ layout }: { layout: KeptLayout }): ReactNode {
  const { t } = useTranslation();
  const [sure, setSure] = useState(false);
  const removing = useKeepLayout(layout);
  return (
    <Stack gap="xs">
      <Button variant="subtle" color="red" size="xs" loading={removing.isPending} onClick={() => (sure ? removing.mutate(null) : setSure(true))}>
        {t(sure ? "admin.really" : "layouts.remove_it")}
      </Button>
      <Tried error={removing.error} />
    </Stack>
  );
}
