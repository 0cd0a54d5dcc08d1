/** Values of the tenant's own fields, choices by the value of another field, and things by words. */
import { ActionIcon, Button, Fieldset, Group, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { fieldsQuery } from "../../api/catalog";
import { FieldInput, type FieldValues } from "../../shared/field-input";
import { Icon } from "../../shared/icons";
import type { Input } from "../inputs";
import { useOffered } from "../offered";

interface PairsProps<T> {
  label: string;
  error: string | undefined;
  value: Record<string, T>;
  set: (value: Record<string, T>) => void;
}

function Frame({ label, error, children }: { label: string; error: string | undefined; children: ReactNode }): ReactNode {
  return (
    <Fieldset legend={label} variant="default">
      <Stack gap="xs">
        {error && (
          <Text size="sm" c="red">
            {error}
          </Text>
        )}
        {children}
      </Stack>
    </Fieldset>
  );
}

/** The tenant's own fields, each by its type; what is empty is not set. */
export function ValuesInput({ label, error, value, set }: PairsProps<unknown>): ReactNode {
  const fields = useQuery(fieldsQuery);
  if ((fields.data?.items ?? []).length === 0) return null;
  return (
    <Frame label={label} error={error}>
      {(fields.data?.items ?? []).map((field) => (
        <FieldInput
          key={field.slug}
          field={field}
          values={value as FieldValues}
          required={false}
          set={(next) => set(Object.fromEntries(Object.entries({ ...value, [field.slug]: next }).filter(([, one]) => one !== null && one !== "")))}
        />
      ))}
    </Frame>
  );
}

interface WordsProps<T> extends PairsProps<T> {
  /** What the word that is added is called, and what it begins with. */
  word: string;
  empty: T;
  children: (word: string, value: T, set: (value: T) => void) => ReactNode;
}

/** A value for each of some words. */
function ByWord<T>({ label, error, value, set, word, empty, children }: WordsProps<T>): ReactNode {
  const { t } = useTranslation();
  const [written, setWritten] = useState("");
  const added = written.trim();
  return (
    <Frame label={label} error={error}>
      {Object.entries(value).map(([one, held]) => (
        <Group key={one} gap="xs" wrap="nowrap" align="flex-end">
          {children(one, held, (next) => set({ ...value, [one]: next }))}
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`${t("admin.remove")}: ${one}`} onClick={() => set(Object.fromEntries(Object.entries(value).filter(([other]) => other !== one)))}>
            <Icon name="close" size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Group gap="xs" wrap="nowrap" align="flex-end">
        <TextInput flex={1} label={word} value={written} onChange={(event) => setWritten(event.target.value)} />
        <Button
          variant="light"
          disabled={!added || added in value}
          onClick={() => {
            set({ ...value, [added]: empty });
            setWritten("");
          }}
        >
          {t("rows.add")}
        </Button>
      </Group>
    </Frame>
  );
}

/** For each choice of another field the choices that go with it. */
export function BranchesInput(props: PairsProps<string[]>): ReactNode {
  const { t } = useTranslation();
  return (
    <ByWord {...props} word={t("rows.branch")} empty={[]}>
      {(choice, choices, set) => <TagsInput flex={1} label={choice} value={choices} onChange={set} />}
    </ByWord>
  );
}

/** For each word that another program uses the thing of the desk that it means. */
export function MappingInput({ input, ...props }: PairsProps<string> & { input: Input }): ReactNode {
  const { t } = useTranslation();
  const offered = useOffered(input, Object.values(props.value));
  return (
    <ByWord {...props} word={t("rows.group")} empty="">
      {(group, thing, set) => <Select flex={1} label={group} data={offered} value={thing || null} required allowDeselect={false} onChange={(next) => set(next ?? "")} />}
    </ByWord>
  );
}
