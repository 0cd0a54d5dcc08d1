/** A condition put together of parts, or written as a text; the desk says at once whether it can read it. */
import { ActionIcon, Anchor, Button, Group, Input, Select, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "../../api/problem";
import { ask } from "../../api/things";
import { Icon } from "../../shared/icons";
import { useOffered } from "../offered";
import type { Input as Described } from "../inputs";
import { useConditionFields } from "./condition-fields";
import { condition, type Part, parts, type Sign, SIGNS } from "./filters";

const EMPTY: Part = { field: "", sign: "=", value: "", not: false };
const PAUSE = 400;

interface ConditionProps {
  looks: { label: string; required: boolean; error: string | undefined };
  value: string;
  set: (value: string) => void;
  about: "ticket" | "event";
  /** An empty condition never holds; it always does otherwise. */
  never?: boolean;
}

export function ConditionInput({ looks, value, set, about, never = false }: ConditionProps): ReactNode {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Part[]>(() => parts(value) ?? []);
  const [asText, setAsText] = useState(() => parts(value) === null);
  const readable = parts(value) !== null;
  const change = (next: Part[]) => {
    setDraft(next);
    set(condition(next));
  };
  function swap(): void {
    if (asText) setDraft(parts(value) ?? []);
    setAsText(!asText);
  }
  return (
    <Input.Wrapper label={looks.label} required={looks.required} error={looks.error} labelElement="div">
      <Stack gap="xs" role="group" aria-label={looks.label}>
        {asText ? (
          <Textarea aria-label={looks.label} autosize minRows={2} value={value} onChange={(event) => set(event.target.value)} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }} />
        ) : (
          draft.map((part, at) => (
            <PartInput key={at} part={part} about={about} set={(next) => change(draft.map((one, place) => (place === at ? next : one)))} remove={() => change(draft.filter((_, place) => place !== at))} />
          ))
        )}
        {!asText && draft.length === 0 && (
          <Text size="sm" className="quiet">
            {t(never ? "condition.never" : "condition.always")}
          </Text>
        )}
        <Group justify="space-between">
          {asText ? (
            <span />
          ) : (
            <Button variant="subtle" size="xs" leftSection={<Icon name="plus" size={14} />} aria-label={t("condition.add_to", { field: looks.label })} onClick={() => setDraft([...draft, EMPTY])}>
              {t("condition.add")}
            </Button>
          )}
          {(!asText || readable) && (
            <Anchor component="button" type="button" size="xs" onClick={swap} aria-label={`${looks.label}: ${t(asText ? "condition.as_parts" : "condition.as_text")}`}>
              {t(asText ? "condition.as_parts" : "condition.as_text")}
            </Anchor>
          )}
        </Group>
        {about === "ticket" && <Readable value={value} />}
      </Stack>
    </Input.Wrapper>
  );
}

/** What the desk says of a condition about tickets. */
function Readable({ value }: { value: string }): ReactNode {
  const [asked] = useDebouncedValue(value, PAUSE);
  const checked = useQuery({
    queryKey: ["condition", asked],
    queryFn: async () => {
      try {
        await ask("GET", `/api/v1/tickets?page_size=1&filter=${encodeURIComponent(asked)}`);
        return "";
      } catch (error) {
        // A field that is not made yet, or one of requests alone, is the form's own matter: only what cannot be read is said here.
        if (error instanceof Problem && error.status === 400) return error.detail;
        throw error;
      }
    },
    enabled: asked !== "",
    retry: false,
    staleTime: Infinity,
  });
  if (!asked || !checked.data) return null;
  return (
    <Text size="xs" c="red" role="status">
      {checked.data}
    </Text>
  );
}

interface PartProps {
  part: Part;
  about: "ticket" | "event";
  set: (part: Part) => void;
  remove: () => void;
}

function PartInput({ part, about, set, remove }: PartProps): ReactNode {
  const { t } = useTranslation();
  const fields = useConditionFields(about);
  return (
    <div className="form-row" role="group" aria-label={part.field || t("condition.part")}>
      <Group gap="xs" wrap="wrap">
        <Select w={170} size="xs" searchable allowDeselect={false} aria-label={t("condition.field")} data={fields.offered(part.field)} value={part.field || null} onChange={(field) => set({ ...part, field: field ?? "", value: "" })} />
        <Select
          w={130}
          size="xs"
          allowDeselect={false}
          aria-label={t("condition.sign")}
          data={SIGNS.map((value) => ({ value, label: t(`signs.${SIGN_NAMES[value]}`) }))}
          value={part.sign}
          onChange={(sign) => set({ ...part, sign: sign as Sign })}
        />
        <ValueInput part={part} set={set} known={fields.values(part.field)} />
        <Switch size="xs" label={t("condition.not")} checked={part.not} onChange={(event) => set({ ...part, not: event.target.checked })} />
      </Group>
      <ActionIcon variant="subtle" color="gray" aria-label={t("condition.remove")} onClick={remove}>
        <Icon name="close" size={16} />
      </ActionIcon>
    </div>
  );
}

const SIGN_NAMES = { "=": "is", "!=": "is_not", ":": "has", "<": "below", "<=": "at_most", ">": "above", ">=": "at_least" } as const satisfies Record<Sign, string>;

function ValueInput({ part, set, known }: { part: Part; set: (part: Part) => void; known: Partial<Described> }): ReactNode {
  const { t } = useTranslation();
  const offered = useOffered({ name: part.field, kind: "one", ...known }, [part.value]);
  const common = { size: "xs", flex: 1, miw: 130, "aria-label": t("condition.value") } as const;
  if (!known.of && !known.choices) return <TextInput {...common} value={part.value} onChange={(event) => set({ ...part, value: event.target.value })} />;
  return <Select {...common} searchable data={offered} value={part.value || null} onChange={(value) => set({ ...part, value: value ?? "" })} />;
}
