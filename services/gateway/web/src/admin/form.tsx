/** The form of one thing that is configured, made of its section's description; the desk's reasons stand at their fields. */
import { Alert, Button, Divider, Group, JsonInput, NumberInput, Select, Stack, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "../api/problem";
import { useKeep } from "../api/things";
import { body, type Input, type Kept, type Section, type Written, written } from "./sections";
import { Trial } from "./trials";

interface ThingFormProps {
  section: Section;
  kept: Kept | null;
  close: () => void;
}

export function ThingForm({ section, kept, close }: ThingFormProps): ReactNode {
  const { t } = useTranslation();
  const inputs = section.inputs.filter((one) => one.when !== (kept ? "new" : "kept"));
  const [form, setForm] = useState<Written>(() => Object.fromEntries(section.inputs.map((one) => [one.name, written(one, kept)])));
  const [broken, setBroken] = useState("");
  const [sure, setSure] = useState(false);
  const keeping = useKeep(section.path, kept);
  const problem = keeping.error instanceof Problem ? keeping.error : null;
  const elsewhere = problem?.fields.filter((one) => !inputs.some((input) => belongs(one.field, input.name))) ?? [];

  function submit(event: FormEvent): void {
    event.preventDefault();
    try {
      setBroken("");
      keeping.mutate(body(section, form, kept), { onSuccess: close });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      setBroken(error.message);
    }
  }
  const reason = (name: string) =>
    broken === name
      ? t("admin.broken")
      : problem?.fields
          .filter((one) => belongs(one.field, name))
          .map((one) => (one.field === name ? one.reason : `${one.field.slice(name.length)}: ${one.reason}`))
          .join("; ") || undefined;

  return (
    <Stack component="form" onSubmit={submit} gap="sm">
      {inputs.map((input) => (
        <OneInput key={input.name} input={input} value={form[input.name] ?? ""} error={reason(input.name)} set={(value) => setForm({ ...form, [input.name]: value })} />
      ))}
      {keeping.isError && (
        <Alert color="red" variant="light" role="alert">
          {problem?.status === 412 ? t("admin.stale") : problem && problem.status !== 0 ? problem.detail : t("composer.not_sent")}
          {elsewhere.map((one) => (
            <div key={one.field}>
              {one.field}: {one.reason}
            </div>
          ))}
        </Alert>
      )}
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
      {section.trial && (
        <>
          <Divider />
          <Trial section={section} form={form} kept={kept} />
        </>
      )}
    </Stack>
  );
}

/** Whether a fault of the API is about an input: `targets[0].clock` belongs to `targets`. */
function belongs(field: string, name: string): boolean {
  return field === name || field.startsWith(`${name}[`) || field.startsWith(`${name}.`);
}

interface OneInputProps {
  input: Input;
  value: Written[string];
  error: string | undefined;
  set: (value: Written[string]) => void;
}

function OneInput({ input, value, error, set }: OneInputProps): ReactNode {
  const { t } = useTranslation();
  const looks = { label: t(`section_fields.${input.name}` as "section_fields.name"), required: input.required ?? false, error };
  switch (input.kind) {
    case "switch":
      return <Switch label={looks.label} error={error} checked={value === true} onChange={(event) => set(event.target.checked)} />;
    case "number":
      return <NumberInput {...looks} allowDecimal={false} value={typeof value === "number" ? value : ""} onChange={(next) => set(typeof next === "number" ? next : "")} />;
    case "choice":
      return <Select {...looks} data={input.choices ?? []} value={String(value) || null} onChange={(next) => set(next ?? "")} />;
    case "tags":
      return <TagsInput {...looks} value={Array.isArray(value) ? value : []} onChange={set} />;
    case "data":
      return <JsonInput {...looks} description="JSON" autosize minRows={3} maxRows={16} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }} value={String(value)} onChange={set} />;
    case "text":
      return <Textarea {...looks} autosize minRows={2} value={String(value)} onChange={(event) => set(event.target.value)} />;
    default:
      return <TextInput {...looks} type={input.name === "password" ? "password" : "text"} autoComplete={input.name === "password" ? "new-password" : "off"} value={String(value)} onChange={(event) => set(event.target.value)} />;
  }
}
