import { Alert, Button, Group, Paper, Rating, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../api/client";
import { Problem } from "../api/problem";
import { ratingQuery, useRate } from "../api/rating";
import { useNow } from "../shared/now";

/** Asks how it went, while a rating may be given; nothing for tickets that have none. */
export function RateTicket({ number }: { number: string }): ReactNode {
  const asked = useQuery(ratingQuery(number));
  const now = useNow();
  if (!asked.data || new Date(asked.data.open_until).getTime() < now) return null;
  return <Form key={asked.data.version} number={number} rating={asked.data} />;
}

const NPS = Array.from({ length: 11 }, (_, answer) => answer);
const GOOD = 5;
const BAD = 1;

function Form({ number, rating }: { number: string; rating: Schemas["Rating"] }): ReactNode {
  const { t } = useTranslation();
  const [score, setScore] = useState(rating.score ?? 0);
  const [comment, setComment] = useState(rating.comment ?? "");
  const [nps, setNps] = useState(rating.nps);
  const giving = useRate(number);
  const problem = giving.error instanceof Problem ? giving.error : null;
  return (
    <Paper withBorder p="md" component="section" aria-label={t("rating.title")}>
      <Stack gap="xs">
        <Text fw={600}>{t(rating.rated_at ? "rating.thanks" : "rating.title")}</Text>
        {rating.scale === "two" ? (
          <Group gap="xs">
            <Button variant={score === GOOD ? "filled" : "default"} aria-pressed={score === GOOD} onClick={() => setScore(GOOD)}>
              {t("rating.good")}
            </Button>
            <Button variant={score === BAD ? "filled" : "default"} aria-pressed={score === BAD} onClick={() => setScore(BAD)}>
              {t("rating.bad")}
            </Button>
          </Group>
        ) : (
          <Rating size="lg" value={score} onChange={setScore} getSymbolLabel={(mark) => t("rating.of_five", { mark })} />
        )}
        {score > 0 && (
          <>
            {rating.asks_nps && (
              <Group gap={4} role="group" aria-label={t("rating.nps")}>
                <Text size="sm" w="100%">
                  {t("rating.nps")}
                </Text>
                {NPS.map((answer) => (
                  <Button key={answer} size="compact-sm" miw={32} variant={nps === answer ? "filled" : "default"} aria-pressed={nps === answer} onClick={() => setNps(nps === answer ? null : answer)}>
                    {answer}
                  </Button>
                ))}
              </Group>
            )}
            <Textarea label={t("rating.comment")} autosize minRows={2} maxLength={4000} value={comment} onChange={(event) => setComment(event.target.value)} />
            {giving.isError && (
              <Alert color="red" variant="light" role="alert">
                {problem && problem.status !== 0 ? problem.detail : t("composer.not_sent")}
              </Alert>
            )}
            <Group>
              <Button size="sm" loading={giving.isPending} disabled={score === rating.score && nps === rating.nps && comment === (rating.comment ?? "")} onClick={() => giving.mutate({ body: { score, comment, ...(rating.asks_nps && { nps }) }, version: rating.version })}>
                {t("rating.give")}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Paper>
  );
}
