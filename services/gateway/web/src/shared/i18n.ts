import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import type accountEn from "./locales/account.en.json";
import type adminEn from "./locales/admin.en.json";
import type deskEn from "./locales/desk.en.json";
import type en from "./locales/en.json";

export const LANGUAGES = { en: "English", pl: "Polski", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en & typeof accountEn & typeof adminEn & typeof deskEn };
  }
}

const CHOSEN = "deskmesh-language";
type Part = "everybody" | "account" | "admin" | "desk";
const loads: Record<Part, Record<Language, () => Promise<{ default: unknown }>>> = {
  everybody: {
    en: () => import("./locales/en.json"),
    pl: () => import("./locales/pl.json"),
    ru: () => import("./locales/ru.json"),
  },
  account: {
    en: () => import("./locales/account.en.json"),
    pl: () => import("./locales/account.pl.json"),
    ru: () => import("./locales/account.ru.json"),
  },
  admin: {
    en: () => import("./locales/admin.en.json"),
    pl: () => import("./locales/admin.pl.json"),
    ru: () => import("./locales/admin.ru.json"),
  },
  desk: {
    en: () => import("./locales/desk.en.json"),
    pl: () => import("./locales/desk.pl.json"),
    ru: () => import("./locales/desk.ru.json"),
  },
};
const needed = new Set<Part>(["everybody"]);
const loaded = new Set<string>();

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
  for (const part of needed) {
    if (loaded.has(`${part}:${language}`)) continue;
    const { default: texts } = await loads[part][language]();
    i18next.addResourceBundle(language, "translation", texts, true, true);
    loaded.add(`${part}:${language}`);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** Loads the texts of a part of the desk too, in this language and in any that is chosen later. */
export async function needTexts(part: Part): Promise<void> {
  needed.add(part);
  await speak(i18next.language as Language);
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
