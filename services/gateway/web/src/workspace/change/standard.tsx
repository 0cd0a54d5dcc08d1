/** Making a standard change: one that is done again and again, and approved for good. */
import { Button, Group, Modal, MultiSelect, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { makeStandardChange, type Template, templatesQuery } from "../../api/change-plans";
import { Problem } from "../../api/problem";
import { momentOf } from "../../shared/format";
import { useMay, useMe } from "../../shared/me";
import { Failed, Loading, Note } from "../../shared/states";
import { useThings } from "../../shared/use-things";
import { Frozen } from "./form";

export function StandardChange({ close }: { close: () => void }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const asked = useQuery(templatesQuery);
  return (
    <Modal opened onClose={close} size="lg" title={t("change.standard_new")} closeButtonProps={{ "aria-label": t("action.close") }}>
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.isSuccess && asked.data.items.length > 0 && <Form templates={asked.data.items} close={close} />}
      {asked.isSuccess && asked.data.items.length === 0 && (
        <Note icon="calendar" title={t("change.no_templates_title")} text={t("change.no_templates_text")}>
          {may("tickets.configure") && (
            <Button component={Link} to="/admin/change_templates" variant="default" size="xs">
              {t("change.templates")}
            </Button>
          )}
        </Note>
      )}
    </Modal>
  );
}

function Form({ templates, close }: { templates: readonly Template[]; close: () => void }): ReactNode {
  const { t } = useTranslation();
  const zone = useMe().time_zone;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [slug, setSlug] = useState<string | null>(templates.length === 1 ? (templates[0]?.slug ?? null) : null);
  const [starts, setStarts] = useState("");
  const [ends, setEnds] = useState("");
  const [service, setService] = useState<string | null>(null);
  const [touched, setTouched] = useState<string[]>([]);
  const services = useThings(service ? [service] : [], true);
  const things = useThings(touched);
  const template = templates.find((one) => one.slug === slug);
  const making = useMutation({
    mutationFn: () =>
      makeStandardChange(slug ?? "", {
        planned_start: starts ? momentOf(starts, zone) : null,
        planned_end: ends ? momentOf(ends, zone) : null,
        service_id: service,
        ci_ids: touched,
      }),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["tickets"] });
      void navigate({ to: "/desk/tickets/$number", params: { number: made.ticket.key ?? "" } });
    },
  });
  const reason = (field: string) => (making.error instanceof Problem ? making.error.reasonOf(field) : undefined);

  function submit(event: FormEvent): void {
    event.preventDefault();
    making.mutate();
  }

  return (
    <Stack component="form" onSubmit={submit}>
      <Text size="sm">{t("change.standard_text")}</Text>
      <Select label={t("change.template")} required data-autofocus searchable data={templates.map((one) => ({ value: one.slug, label: one.name }))} value={slug} onChange={setSlug} />
      {template && (
        <>
          {template.description && <Text size="sm">{template.description}</Text>}
          <Planned label={t("change.plan")} text={template.plan} />
          <Planned label={t("change.backout_plan")} text={template.backout_plan} />
        </>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput type="datetime-local" label={t("change.starts")} description={zone ?? undefined} value={starts} onChange={(event) => setStarts(event.target.value)} error={reason("planned_start")} />
        <TextInput type="datetime-local" label={t("change.ends")} description={zone ?? undefined} value={ends} onChange={(event) => setEnds(event.target.value)} error={reason("planned_end")} />
      </SimpleGrid>
      <Select label={t("field.service_id")} {...services} clearable value={service} onChange={setService} error={reason("service_id")} />
      <MultiSelect label={t("field.ci_ids")} {...things} value={touched} onChange={setTouched} error={reason("ci_ids")} />
      <Frozen error={making.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {t("action.cancel")}
        </Button>
        <Button type="submit" loading={making.isPending} disabled={!slug}>
          {t("change.make_standard")}
        </Button>
      </Group>
    </Stack>
  );
}

function Planned({ label, text }: { label: string; text: string }): ReactNode {
  if (!text) return null;
  return (
    <div>
      <Text size="sm" className="quiet">
        {label}
      </Text>
      <Text size="sm" className="person-text">
        {text}
      </Text>
    </div>
  );
}
