import { Badge, Button, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { confirmSecondFactor, removeSecondFactor, renewRecoveryCodes, secondFactorQuery, startSecondFactor } from "../api/account";
import type { Schemas } from "../api/client";
import { dateTime } from "../shared/format";
import { useMe } from "../shared/me";
import { Failed, Loading } from "../shared/states";
import { reasonOf, Refused } from "./refused";
import { RecoveryCodes, SharedSecret } from "./secret";

type Doing = "nothing" | "start" | "renew" | "remove";

export function SecondFactorCard(): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery(secondFactorQuery);
  const [doing, setDoing] = useState<Doing>("nothing");
  const [codes, setCodes] = useState<string[]>([]);
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;

  const stop = () => setDoing("nothing");
  const done = (fresh: string[]) => {
    setCodes(fresh);
    stop();
    void queries.invalidateQueries({ queryKey: secondFactorQuery.queryKey });
  };
  if (codes.length > 0) return <RecoveryCodes codes={codes} done={() => setCodes([])} />;
  if (doing === "start") return <SetUp done={done} cancel={stop} />;
  if (doing === "renew") return <Proof label={t("account.renew")} act={async (proof) => done((await renewRecoveryCodes(proof)).recovery_codes)} cancel={stop} />;
  if (doing === "remove") {
    const remove = async (proof: Schemas["SecondFactorProof"]) => {
      await removeSecondFactor(proof);
      done([]);
    };
    return <Proof label={t("account.remove")} act={remove} cancel={stop} />;
  }
  return <State state={asked.data} go={setDoing} />;
}

function State({ state, go }: { state: Schemas["SecondFactor"]; go: (doing: Doing) => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const me = useMe();
  // Setting one up and taking it away ask for the password.
  if (!state.password_opens) return <Text size="sm">{t("account.factor_elsewhere")}</Text>;
  if (!state.confirmed_at) {
    return (
      <>
        <Text size="sm">{t("account.off")}</Text>
        <Group>
          <Button onClick={() => go("start")}>{t("account.set_up")}</Button>
        </Group>
      </>
    );
  }
  return (
    <>
      <Group gap="xs">
        <Badge color="green" variant="light" tt="none">
          {t("account.on")}
        </Badge>
        <Text size="sm">{t("account.on_since", { at: dateTime(state.confirmed_at, i18n.language, me.time_zone) })}</Text>
      </Group>
      <Text size="sm" className="quiet">
        {t("account.codes_left", { count: state.recovery_codes_left })}
      </Text>
      <Group>
        <Button variant="default" onClick={() => go("renew")}>
          {t("account.renew")}
        </Button>
        {state.required ? (
          <Text size="sm" className="quiet">
            {t("account.required")}
          </Text>
        ) : (
          <Button variant="light" color="red" onClick={() => go("remove")}>
            {t("account.remove")}
          </Button>
        )}
      </Group>
    </>
  );
}

function SetUp({ done, cancel }: { done: (codes: string[]) => void; cancel: () => void }): ReactNode {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const starting = useMutation({ mutationFn: startSecondFactor });
  const confirming = useMutation({ mutationFn: confirmSecondFactor, onSuccess: (made) => done(made.recovery_codes) });
  const shared = starting.data;

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (shared) confirming.mutate(code);
    else starting.mutate(password);
  }
  return (
    <Stack component="form" gap="sm" onSubmit={submit}>
      {shared ? (
        <>
          <SharedSecret secret={shared.secret} uri={shared.otpauth_uri} />
          <CodeInput label={t("account.code")} value={code} set={setCode} error={confirming.error} />
        </>
      ) : (
        <PasswordInput label={t("account.current_password")} value={password} onChange={(event) => setPassword(event.target.value)} autoComplete="current-password" autoFocus required error={reasonOf(starting.error, "password")} />
      )}
      <Refused error={confirming.error ?? starting.error} fields={["password", "code"]} />
      <Buttons label={t(shared ? "account.confirm" : "account.next")} busy={starting.isPending || confirming.isPending} cancel={cancel} />
    </Stack>
  );
}

interface ProofProps {
  label: string;
  act: (proof: Schemas["SecondFactorProof"]) => Promise<void>;
  cancel: () => void;
}

function Proof({ label, act, cancel }: ProofProps): ReactNode {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const acting = useMutation({ mutationFn: act });

  function submit(event: FormEvent): void {
    event.preventDefault();
    acting.mutate({ password, code });
  }
  return (
    <Stack component="form" gap="sm" onSubmit={submit}>
      <PasswordInput label={t("account.current_password")} value={password} onChange={(event) => setPassword(event.target.value)} autoComplete="current-password" autoFocus required error={reasonOf(acting.error, "password")} />
      <CodeInput label={t("account.any_code")} value={code} set={setCode} error={acting.error} />
      <Refused error={acting.error} fields={["password", "code"]} />
      <Buttons label={label} busy={acting.isPending} cancel={cancel} />
    </Stack>
  );
}

interface CodeInputProps {
  label: string;
  value: string;
  set: (code: string) => void;
  error: Error | null;
}

function CodeInput({ label, value, set, error }: CodeInputProps): ReactNode {
  return <TextInput label={label} value={value} onChange={(event) => set(event.target.value)} autoComplete="one-time-code" required error={reasonOf(error, "code")} />;
}

function Buttons({ label, busy, cancel }: { label: string; busy: boolean; cancel: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Group>
      <Button type="submit" loading={busy}>
        {label}
      </Button>
      <Button variant="default" onClick={cancel}>
        {t("action.cancel")}
      </Button>
    </Group>
  );
}
