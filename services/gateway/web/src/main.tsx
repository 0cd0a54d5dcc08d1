import "./design/first";
import "./design/base.css";

import { type MantineColorsTuple, MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ReactNode, StrictMode, useMemo } from "react";
import { createRoot } from "react-dom/client";

import { Problem } from "./api/problem";
import { onSignedOut } from "./api/session";
import { theme } from "./design/theme";
import { makeRouter } from "./routes";
import { startLanguages } from "./shared/i18n";
import { useLook } from "./shared/look";

const MOST_TRIES = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      // What was refused is refused again; what did not answer may.
      retry: (tries, error) => tries < MOST_TRIES && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
    },
  },
});
const router = makeRouter(queries);

onSignedOut(() => {
  queries.clear();
  void router.invalidate();
});

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
// Where the library that holds the page still behind a dialog looks for it.
Object.assign(globalThis, { __webpack_nonce__: nonce });

/** The desk's theme, in the tenant's colour where it has one. */
function Themed({ children }: { children: ReactNode }): ReactNode {
  const { shades } = useLook();
  const worn = useMemo(() => (shades.length === 10 ? { ...theme, colors: { ...theme.colors, petrol: shades as unknown as MantineColorsTuple } } : theme), [shades]);
  return (
    <MantineProvider theme={worn} defaultColorScheme="auto" getStyleNonce={() => nonce ?? ""}>
      {children}
    </MantineProvider>
  );
}

async function start(): Promise<void> {
  const root = document.getElementById("root");
  if (!root) return;
  await startLanguages();
  createRoot(root).render(
    <StrictMode>
      <Themed>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Themed>
    </StrictMode>,
  );
  if ("serviceWorker" in navigator) await keepShell();
}

/** Has the worker keep what this page is made of: the files that were loaded before the worker was there, too. */
async function keepShell(): Promise<void> {
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map((one) => one.name);
  active?.postMessage({ keep: files.filter((name) => new URL(name).pathname.startsWith("/assets/")) });
}

void start();
