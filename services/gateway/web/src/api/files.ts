/** Files that a link could not ask for, because they need the token. */
import { asMe } from "./client";

/** Gets a file and hands it to the browser to keep; false where the desk refused it. */
export async function keepFile(path: string, name: string): Promise<boolean> {
  const answer = await asMe(new Request(path));
  if (!answer.ok) return false;
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
  return true;
}

const RASTER = /^image\/(png|jpeg|gif|webp)$/;
const MOST_BYTES = 5 * 1024 * 1024;

/** An image of the desk as an address that holds it; null where it is none, is too large, or cannot be had. */
export async function imageAsData(path: string): Promise<string | null> {
  const answer = await asMe(new Request(path)).catch(() => null);
  if (!answer?.ok) return null;
  const blob = await answer.blob();
  if (!RASTER.test(blob.type) || blob.size > MOST_BYTES) return null;
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => resolve(null);
    reader.readAsDataURL(blob);
  });
}
