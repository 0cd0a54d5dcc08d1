import "../design/all";

import { Alert, Anchor, Button, Group, NumberInput, Paper, Stack, Text, Textarea, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { type CatalogItem, catalogItemQuery, fieldsQuery, useOrder } from "../api/catalog";
import type { Schemas } from "../api/client";
import { Problem } from "../api/problem";
import { holds } from "../shared/conditions";
import { FieldInput, type FieldValues, known } from "../shared/field-input";
import { Icon } from "../shared/icons";
import { Failed, Loading } from "../shared/states";
import { Price } from "./price";

export function OrderPage(): ReactNode {
  const { item } = useParams({ from: "/signed-in/portal/catalog/$item" });
  const asked = useQuery(catalogItemQuery(item));
  const fields = useQuery(fieldsQuery);
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  if (fields.isError) return <Failed error={fields.error} again={() => void fields.refetch()} />;
  if (asked.isPending || fields.isPending) return <Loading />;
  return <OrderForm item={asked.data} fields={fields.data.items} />;
}

const MOST = 1000;

function OrderForm({ item, fields }: { item: CatalogItem; fields: Schemas["TicketField"][] }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [values, setValues] = useState<FieldValues>({});
  const [comment, setComment] = useState("");
  const [quantity, setQuantity] = useState(1);
  const ordering = useOrder(item.id);
  const problem = ordering.error instanceof Problem ? ordering.error : null;
  const asked = item.form.flatMap((question) => {
    const field = fields.find((one) => one.slug === question.field);
    return field && holds(question.condition, known(values)) !== false ? [{ ...question, definition: field }] : [];
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    // What was answered before a condition took the question away is not sent.
    const answers = Object.fromEntries(asked.map((one) => [one.field, values[one.field]]).filter(([, value]) => value !== null && value !== undefined));
    ordering.mutate(
      { fields: answers, comment, quantity },
      { onSuccess: (made) => void navigate({ to: "/portal/requests/$number", params: { number: made.number } }) },
    );
  }

  return (
    <Stack>
      <Anchor component={Link} to="/portal/catalog" size="sm">
        <Group gap={4}>
          <Icon name="back" size={14} />
          {t("catalog.title")}
        </Group>
      </Anchor>
      <Paper withBorder p="lg" component="form" onSubmit={submit}>
        <Stack>
          <Group justify="space-between" align="flex-start">
            <Title order={1} size="h3">
              {item.name}
            </Title>
            {item.price && <Price price={item.price} times={quantity} />}
          </Group>
          {item.description && <Text className="quiet">{item.description}</Text>}
          {item.approval.length > 0 && (
            <Alert variant="light" icon={<Icon name="users" />} title={t("catalog.approval")}>
              {item.approval.map((step, place) => step.name ?? t("approval.step", { place: place + 1 })).join(" → ")}
            </Alert>
          )}
          {asked.map((question) => (
            <FieldInput
              key={question.field}
              field={question.definition}
              values={values}
              required={question.required}
              error={problem?.reasonOf(`fields.${question.field}`)}
              set={(value) => setValues((before) => ({ ...before, [question.field]: value }))}
            />
          ))}
          <NumberInput label={t("catalog.quantity")} min={1} max={MOST} w={140} value={quantity} onChange={(next) => setQuantity(typeof next === "number" ? next : 1)} error={problem?.reasonOf("quantity")} />
          <Textarea label={t("catalog.comment")} autosize minRows={2} value={comment} onChange={(event) => setComment(event.target.value)} error={problem?.reasonOf("comment")} />
          {ordering.isError && (
            <Alert color="red" variant="light" role="alert">
              {problem && problem.status !== 0 ? problem.detail : t("composer.not_sent")}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" renderRoot={(props) => <Link to="/portal/catalog" {...props} />}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" loading={ordering.isPending}>
              {t("catalog.order")}
            </Button>
          </Group>
        </Stack>
      </Paper>
    </Stack>
  );
}
