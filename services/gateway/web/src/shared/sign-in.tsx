import "@mantine/core/styles/Alert.layer.css";
import "@mantine/core/styles/PasswordInput.layer.css";

import { Alert, Anchor, Button, Center, Group, Paper, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { cameBackFrom, type SecondStep, signIn, SignInRefused, waysIn } from "../api/session";
import { ownPath } from "./own-path";
import { LanguageMenu, SchemeButton } from "./choices";
import { needTexts } from "./i18n";
import { Logo } from "./logo";
import { takeLook } from "./look";
import { Loading } from "./states";

const LAST_TENANT = "deskmesh-tenant";
const CodeStep = lazy(async () => {
  await needTexts("account");
  return { default: (await import("./sign-in-code")).CodeStep };
});

export function SignIn(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { to, refused, state } = useSearch({ from: "/sign-in" });
  const [tenant, setTenant] = useState(localStorage.getItem(LAST_TENANT) ?? "");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [company] = useDebouncedValue(tenant.trim(), 400);
  const ways = useQuery({ queryKey: ["ways-in", company], queryFn: () => waysIn(company), enabled: company !== "", retry: false });
  useEffect(() => {
    if (company) void takeLook(company);
  }, [company]);
  const [emergency, setEmergency] = useState(false);
  const byPassword = emergency || ways.data?.passwords !== false;
  const [step, setStep] = useState<SecondStep | null>(null);
  const goOn = () => navigate({ href: ownPath(to), replace: true });
  const signingIn = useMutation({
    mutationFn: signIn,
    onSuccess: async (second) => {
      localStorage.setItem(LAST_TENANT, tenant);
      setPassword("");
      setStep(second);
      if (second === null) await goOn();
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    signingIn.mutate({ tenant: tenant.trim(), username: username.trim(), password });
  }

  return (
    <Center mih="100dvh" p="md" component="main">
      <Stack w="100%" maw={380} gap="lg">
        <Group justify="center" gap="sm">
          <Logo size={40} />
          <Title order={1} size="h2">
            Deskmesh
          </Title>
        </Group>
        {step ? (
          <Paper withBorder p="xl">
            <Suspense fallback={<Loading />}>
              <CodeStep step={step} done={() => void goOn()} again={() => setStep(null)} />
            </Suspense>
          </Paper>
        ) : (
          <Paper withBorder p="xl" component="form" onSubmit={submit}>
            <Stack>
              <TextInput label={t("sign_in.tenant")} description={t("sign_in.hint")} value={tenant} onChange={(e) => setTenant(e.target.value)} autoComplete="organization" required data-autofocus />
              {byPassword && (
                <>
                  <TextInput label={t("sign_in.email")} type="email" value={username} onChange={(e) => setUsername(e.target.value)} autoComplete="username" required />
                  <PasswordInput label={t("sign_in.password")} value={password} onChange={(e) => setPassword(e.target.value)} autoComplete="current-password" required />
                </>
              )}
              {cameBackFrom(state) && (
                <Alert color="green" variant="light" role="status">
                  {t("sign_in.left")}
                </Alert>
              )}
              {refused && !signingIn.isError && (
                <Alert color="red" variant="light" role="alert">
                  {t("sign_in.refused")}
                </Alert>
              )}
              {signingIn.isError && (
                <Alert color="red" variant="light" role="alert">
                  {t(refusal(signingIn.error))}
                </Alert>
              )}
              {byPassword && (
                <>
                  <Button type="submit" loading={signingIn.isPending} fullWidth>
                    {t("sign_in.submit")}
                  </Button>
                  <Anchor href="/password-reset" size="sm" ta="center">
                    {t("sign_in.forgot")}
                  </Anchor>
                </>
              )}
              {ways.data?.items.map((provider) => (
                <Button key={provider.path} variant={byPassword ? "default" : "filled"} component="a" href={`${provider.path}?to=${encodeURIComponent(ownPath(to))}`} onClick={() => localStorage.setItem(LAST_TENANT, company)} fullWidth>
                  {t("sign_in.provider", { name: provider.name })}
                </Button>
              ))}
              {!byPassword && (
                <Anchor component="button" type="button" size="sm" onClick={() => setEmergency(true)}>
                  {t("sign_in.emergency")}
                </Anchor>
              )}
            </Stack>
          </Paper>
        )}
        <Group justify="center" gap="xs">
          <LanguageMenu />
          <SchemeButton />
        </Group>
      </Stack>
    </Center>
  );
}

function refusal(error: Error) {
  const status = error instanceof SignInRefused ? error.status : -1;
  if (error instanceof SignInRefused && error.code === "passwords_off") return "sign_in.passwords_off" as const;
  if (status === 401 || status === 422) return "sign_in.wrong" as const;
  if (status === 429) return "sign_in.too_often" as const;
  return "sign_in.away" as const;
}
