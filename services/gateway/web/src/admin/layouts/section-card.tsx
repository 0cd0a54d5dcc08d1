/** A section of a layout while it is put together: its titles, its columns, its fields in their order. */
import { ActionIcon, Fieldset, Group, NumberInput, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { LANGUAGES as SPOKEN } from "../../shared/i18n";
import { Icon } from "../../shared/icons";
import { titleOf } from "../../shared/layouts";
import { reasonAt } from "../input";
import type { Fault } from "../inputs";
import { LANGUAGES, MOST_COLUMNS, type Place, type Section, withFields } from "./model";

export interface Hands {
  /** What is being dragged. */
  held: Place | null;
  hold: (place: Place | null) => void;
  drop: (to: Place) => void;
  step: (from: Place, step: -1 | 1) => void;
}

interface CardProps {
  sections: readonly Section[];
  place: number;
  change: (sections: Section[]) => void;
  hands: Hands;
  faults: readonly Fault[];
  /** What may still be added. */
  offered: readonly { value: string; label: string }[];
  named: (field: string) => string;
  moveSection: (step: -1 | 1) => void;
}

export function SectionCard({ sections, place, change, hands, faults, offered, named, moveSection }: CardProps): ReactNode {
  const { t, i18n } = useTranslation();
  const section = sections[place];
  if (!section) return null;
  const at = `sections[${place}]`;
  const title = titleOf(section, i18n.language) || t("layouts.untitled");
  const set = (part: Partial<Section>) => change(sections.map((one, other) => (other === place ? { ...one, ...part } : one)));
  const setTitle = (language: string, written: string) =>
    set({ title: Object.fromEntries(Object.entries({ ...section.title, [language]: written }).filter(([, one]) => one !== "")) });
  const own = faults.filter((one) => [at, `${at}.title`, `${at}.fields`].includes(one.field));
  return (
    <Fieldset legend={title} variant="default">
      <Stack gap="xs">
        {own.length > 0 && (
          <Text size="sm" c="red" role="alert">
            {own.map((one) => one.reason).join("; ")}
          </Text>
        )}
        <Group gap="xs" grow align="flex-start">
          {LANGUAGES.map((language) => (
            <TextInput
              key={language}
              size="xs"
              label={t("layouts.title_in", { language: SPOKEN[language] })}
              error={reasonAt(`${at}.title.${language}`, faults)}
              value={section.title[language] ?? ""}
              onChange={(event) => setTitle(language, event.target.value)}
            />
          ))}
        </Group>
        <Group gap="md" align="flex-end">
          <NumberInput w={90} size="xs" label={t("layouts.columns")} min={1} max={MOST_COLUMNS} allowDecimal={false} clampBehavior="strict" value={section.columns ?? 2} error={reasonAt(`${at}.columns`, faults)} onChange={(next) => typeof next === "number" && set({ columns: next })} />
          <Switch pb={6} size="xs" label={t("layouts.collapsed")} checked={section.collapsed ?? false} onChange={(event) => set({ collapsed: event.target.checked })} />
          <Group gap={2} ml="auto">
            <IconButton icon="up" label={t("layouts.section_up", { section: title })} disabled={place === 0} act={() => moveSection(-1)} />
            <IconButton icon="down" label={t("layouts.section_down", { section: title })} disabled={place === sections.length - 1} act={() => moveSection(1)} />
            <IconButton icon="close" label={t("layouts.section_remove", { section: title })} act={() => change(sections.filter((_, other) => other !== place))} />
          </Group>
        </Group>
        <Stack component="ul" gap={4} m={0} p={0} className="laid-fields" aria-label={t("layouts.fields_of", { section: title })}>
          {section.fields.map((name, position) => (
            <FieldRow
              key={name}
              id={rowId(name)}
              name={named(name)}
              reason={reasonAt(`${at}.fields[${position}]`, faults)}
              place={{ section: place, at: position }}
              hands={hands}
              remove={() => change(withFields(sections, place, (fields) => fields.filter((one) => one !== name)))}
            />
          ))}
        </Stack>
        <Select
          size="xs"
          searchable
          aria-label={t("layouts.add_to", { section: title })}
          placeholder={t("layouts.add")}
          data={offered}
          value={null}
          onChange={(name) => name && change(withFields(sections, place, (fields) => [...fields, name]))}
          onDragOver={(event) => hands.held && event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            hands.drop({ section: place, at: section.fields.length - Number(hands.held?.section === place) });
          }}
        />
      </Stack>
    </Fieldset>
  );
}

/** Of the row of a field, by its name in layouts. */
export const rowId = (name: string): string => `laid-${name}`;

interface RowProps {
  id: string;
  name: string;
  reason: string | undefined;
  place: Place;
  hands: Hands;
  remove: () => void;
}

function FieldRow({ id, name, reason, place, hands, remove }: RowProps): ReactNode {
  const { t } = useTranslation();
  return (
    <li
      id={id}
      draggable
      className="laid-field"
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", name);
        hands.hold(place);
      }}
      onDragEnd={() => hands.hold(null)}
      onDragOver={(event) => hands.held && event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        hands.drop(place);
      }}
    >
      <div>
        <Text size="sm">{name}</Text>
        {reason && (
          <Text size="xs" c="red" role="alert">
            {reason}
          </Text>
        )}
      </div>
      <Group gap={2} wrap="nowrap">
        <IconButton icon="up" label={t("layouts.up", { field: name })} act={() => hands.step(place, -1)} />
        <IconButton icon="down" label={t("layouts.down", { field: name })} act={() => hands.step(place, 1)} />
        <IconButton icon="close" label={t("layouts.remove", { field: name })} act={remove} />
      </Group>
    </li>
  );
}

function IconButton({ icon, label, act, disabled = false }: { icon: "up" | "down" | "close"; label: string; act: () => void; disabled?: boolean }): ReactNode {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} title={label} disabled={disabled} onClick={act}>
      <Icon name={icon} size={16} />
    </ActionIcon>
  );
}
