/** Values of the tenant's own fields, and choices by the value of another field. */
import { ActionIcon, Button, Fieldset, Group, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { fieldsQuery } from "../../api/catalog";
import { FieldInput, type FieldValues } from "../../shared/field-input";
import { Icon } from "../../shared/icons";

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

/** For each choice of another field the choices that go with it. */
export function BranchesInput({ label, error, value, set }: PairsProps<string[]>): ReactNode {
  const { t } = useTranslation();
  const [branch, setBranch] = useState("");
  return (
    <Frame label={label} error={error}>
      {Object.entries(value).map(([choice, choices]) => (
        <Group key={choice} gap="xs" wrap="nowrap" align="flex-end">
          <TagsInput flex={1} label={choice} value={choices} onChange={(next) => set({ ...value, [choice]: next })} />
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`${t("admin.remove")}: ${choice}`} onClick={() => set(Object.fromEntries(Object.entries(value).filter(([one]) => one !== choice)))}>
            <Icon name="close" size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Group gap="xs" wrap="nowrap" align="flex-end">
        <TextInput flex={1} label={t("rows.branch")} value={branch} onChange={(event) => setBranch(event.target.value)} />
        <Button
          variant="light"
          disabled={!branch.trim() || branch.trim() in value}
          onClick={() => {
            set({ ...value, [branch.trim()]: [] });
            setBranch("");
          }}
        >
          {t("rows.add")}
        </Button>
      </Group>
    </Frame>
  );
}
