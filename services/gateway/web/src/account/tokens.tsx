/** Personal access tokens: with one a program does what its owner may do, or a part of that. */
import { Box, Button, Group, MultiSelect, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { makeToken, revokeToken, tokensQuery } from "../api/account";
import type { Schemas } from "../api/client";
import { dateTime } from "../shared/format";
import { useMe } from "../shared/me";
import { Failed, Loading } from "../shared/states";
import { ToldSecret } from "../shared/told-secret";
import { reasonOf, Refused } from "./refused";

const DAY_MILLISECONDS = 86_400_000;
const LIVES = [30, 90, 365] as const;
const FOR_EVER = "0";

export function Tokens(): ReactNode {
  const { t } = useTranslation();
  const asked = useQuery(tokensQuery);
  const [making, setMaking] = useState(false);
  const [told, setTold] = useState("");
  if (told) return <ToldSecret secret={told} close={() => setTold("")} />;
  if (making) {
    const made = (secret: string) => {
      setMaking(false);
      setTold(secret);
    };
    return <NewToken made={made} cancel={() => setMaking(false)} />;
  }
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  return (
    <Stack gap="sm">
      <Text size="sm" className="quiet">
        {t("account.tokens_text")}
      </Text>
      {asked.data.items.length > 0 && (
        <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
          {asked.data.items.map((token) => (
            <OneToken key={token.id} token={token} />
          ))}
        </Stack>
      )}
      <Group>
        <Button variant="default" onClick={() => setMaking(true)}>
          {t("account.new_token")}
        </Button>
      </Group>
    </Stack>
  );
}

function OneToken({ token }: { token: Schemas["PersonalAccessToken"] }): ReactNode {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const queries = useQueryClient();
  const [sure, setSure] = useState(false);
  const revoking = useMutation({ mutationFn: () => revokeToken(token.id), onSuccess: () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey }) });
  const at = (moment: string) => dateTime(moment, i18n.language, me.time_zone);
  const facts = [
    token.expires_at ? t("account.expires", { at: at(token.expires_at) }) : t("account.expires_never"),
    token.last_used_at ? t("account.used", { at: at(token.last_used_at) }) : t("account.never_used"),
  ];
  return (
    <Group component="li" justify="space-between" wrap="nowrap" align="flex-start">
      <Box miw={0}>
        <Text size="sm" className="person-text">
          {token.name}
        </Text>
        <Text size="xs" className="quiet">
          {facts.join(" · ")}
        </Text>
        <Text size="xs" className="quiet">
          {token.scopes?.join(", ") ?? t("account.all_scopes")}
        </Text>
        <Refused error={revoking.error} fields={[]} />
      </Box>
      {sure ? (
        <Button color="red" size="compact-sm" className="whole" loading={revoking.isPending} onClick={() => revoking.mutate()} autoFocus onBlur={() => setSure(false)}>
          {t("account.revoke_surely")}
        </Button>
      ) : (
        <Button variant="subtle" size="compact-sm" className="whole" onClick={() => setSure(true)} aria-label={t("account.revoke_named", { name: token.name })}>
          {t("account.revoke")}
        </Button>
      )}
    </Group>
  );
}

function NewToken({ made, cancel }: { made: (secret: string) => void; cancel: () => void }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState<string>(String(LIVES[1]));
  const making = useMutation({
    mutationFn: () => {
      const until = days === FOR_EVER ? null : new Date(Date.now() + Number(days) * DAY_MILLISECONDS).toISOString();
      return makeToken({ name, scopes: scopes.length ? scopes : null, expires_at: until });
    },
    onSuccess: async (token) => {
      await queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
      made(token.token);
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    making.mutate();
  }
  const lives = [...LIVES.map((count) => ({ value: String(count), label: t("account.for_days", { count }) })), { value: FOR_EVER, label: t("account.for_ever") }];
  return (
    <Stack component="form" gap="sm" onSubmit={submit}>
      <TextInput label={t("account.token_name")} description={t("account.token_name_text")} value={name} onChange={(event) => setName(event.target.value)} required autoFocus error={reasonOf(making.error, "name")} />
      <MultiSelect label={t("account.scopes")} placeholder={scopes.length ? "" : t("account.all_scopes")} data={me.permissions} value={scopes} onChange={setScopes} searchable clearable error={reasonOf(making.error, "scopes")} />
      <Select label={t("account.valid")} data={lives} value={days} onChange={(value) => setDays(value ?? days)} allowDeselect={false} error={reasonOf(making.error, "expires_at")} />
      <Refused error={making.error} fields={["name", "scopes", "expires_at"]} />
      <Group>
        <Button type="submit" loading={making.isPending}>
          {t("account.make_token")}
        </Button>
        <Button variant="default" onClick={cancel}>
          {t("action.cancel")}
        </Button>
      </Group>
    </Stack>
  );
}
