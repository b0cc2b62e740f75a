// Unpacks Chromium, and the system libraries for machines that lack them, into the folder that TMPDIR names.
import { fileURLToPath } from "node:url";
import chromium, { inflate } from "@sparticuz/chromium";

const bin = new URL("../bin/", import.meta.resolve("@sparticuz/chromium"));
await inflate(fileURLToPath(new URL("al2023.tar.br", bin)));
console.log(await chromium.executablePath());
