import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const OUT = new URL("../src/gateway/web_ui/", import.meta.url).pathname;
const COMPRESSED = /\.(js|css|svg|webmanifest)$/;

/** Writes each text of the build beside itself as .br and .gz, so that nothing is compressed while serving. */
function compressed(): Plugin {
  return {
    name: "compressed",
    closeBundle() {
      for (const name of readdirSync(OUT, { recursive: true }) as string[]) {
        const path = join(OUT, name);
        if (!COMPRESSED.test(name) || !statSync(path).isFile()) continue;
        const content = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
      }
    },
  };
}

export default defineConfig({
  base: "/",
  esbuild: { jsx: "automatic" },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    // Four per cent smaller, as the network carries it, than by the bundler's own.
    minify: "terser",
    modulePreload: { polyfill: false },
    // Small files too are files: the page's policy allows nothing inside it.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      // Libraries say "use client" to servers that render, which there are none of here.
      onwarn: (warning, warn) => warning.code !== "MODULE_LEVEL_DIRECTIVE" && warn(warning),
    },
  },
  plugins: [compressed()],
});
