/** The second step of a sign-in: a code of the app, which is set up first where the tenant demands it. */
import "../design/all";

import { Alert, Anchor, Button, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { RecoveryCodes, SharedSecret } from "../account/secret";
import { finishSignIn, type SecondStep, setUpSecondFactor, SignInRefused } from "../api/session";
import { Loading } from "./states";

interface CodeStepProps {
  step: SecondStep;
  done: () => void;
  again: () => void;
}

export function CodeStep({ step, done, again }: CodeStepProps): ReactNode {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const [recovers, setRecovers] = useState(false);
  const shared = useQuery({
    queryKey: ["second-step", step.token],
    queryFn: () => setUpSecondFactor(step.token),
    enabled: step.setsUp,
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const finishing = useMutation({
    mutationFn: () => finishSignIn(step.token, code),
    onSuccess: (codes) => codes.length === 0 && done(),
  });
  if (finishing.data && finishing.data.length > 0) return <RecoveryCodes codes={finishing.data} done={done} />;

  function submit(event: FormEvent): void {
    event.preventDefault();
    finishing.mutate();
  }
  const failed = finishing.error ?? shared.error;
  return (
    <Stack component="form" onSubmit={submit}>
      <Text fw={600}>{t(step.setsUp ? "account.needed" : "account.second_factor")}</Text>
      {step.setsUp && (shared.data ? <SharedSecret secret={shared.data.secret} uri={shared.data.otpauth_uri} /> : shared.isPending && <Loading />)}
      <TextInput
        key={String(recovers)}
        label={t(recovers ? "account.recovery_code" : "account.code")}
        value={code}
        onChange={(event) => setCode(event.target.value)}
        inputMode={recovers ? "text" : "numeric"}
        autoComplete="one-time-code"
        autoFocus
        required
      />
      {failed && (
        <Alert color="red" variant="light" role="alert">
          {t(refusal(failed))}
        </Alert>
      )}
      <Button type="submit" loading={finishing.isPending} fullWidth>
        {t("sign_in.submit")}
      </Button>
      {!step.setsUp && (
        <Anchor component="button" type="button" size="sm" onClick={() => setRecovers(!recovers)}>
          {t(recovers ? "account.use_app" : "account.use_recovery")}
        </Anchor>
      )}
      <Anchor component="button" type="button" size="sm" onClick={again}>
        {t("account.again")}
      </Anchor>
    </Stack>
  );
}

function refusal(error: Error) {
  const refused = error instanceof SignInRefused ? error : new SignInRefused(-1);
  if (refused.code === "invalid_mfa_token") return "account.over" as const;
  if (refused.status === 401 || refused.status === 422) return "account.wrong_code" as const;
  if (refused.status === 429) return "sign_in.too_often" as const;
  return "sign_in.away" as const;
}
