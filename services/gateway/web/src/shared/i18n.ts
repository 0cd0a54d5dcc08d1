import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import type en from "./locales/en.json";

export const LANGUAGES = { en: "English", pl: "Polski", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

const CHOSEN = "deskmesh-language";
const loads: Record<Language, () => Promise<{ default: unknown }>> = {
  en: () => import("./locales/en.json"),
  pl: () => import("./locales/pl.json"),
  ru: () => import("./locales/ru.json"),
};

function known(tag: string | null | undefined): Language | null {
  const language = tag?.split("-")[0] ?? "";
  return language in LANGUAGES ? (language as Language) : null;
}

/** The language chosen in this browser, else the person's own, else the browser's, else English. */
export function preferred(own?: string | null): Language {
  const offered = [localStorage.getItem(CHOSEN), own, ...navigator.languages];
  return offered.map(known).find((one) => one !== null) ?? "en";
}

export async function speak(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    const { default: texts } = await loads[language]();
    i18next.addResourceBundle(language, "translation", texts);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export async function choose(language: Language): Promise<void> {
  localStorage.setItem(CHOSEN, language);
  await speak(language);
}

export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    fallbackLng: false,
    interpolation: { escapeValue: false },
    partialBundledLanguages: true,
    resources: {},
    returnNull: false,
  });
  await speak(preferred());
}
