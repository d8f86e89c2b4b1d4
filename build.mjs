// Bundles static/css/app.css, static/js/app.js and static/js/chart.js (pages with a chart only) into static/vendor/ and
// writes manifest.json with content hashes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const OUT = "static/vendor";
const INPUTS = { "app.css": "static/css/app.css", "app.js": "static/js/app.js", "chart.js": "static/js/chart.js" };

function stop(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}

for (const path of Object.values(INPUTS)) {
  if (!existsSync(path)) stop(`${path} is missing; the front end is bundled from it`);
}

const bundled = await build({
  entryPoints: Object.values(INPUTS),
  bundle: true,
  minify: true,
  target: ["es2020", "chrome100", "firefox100", "safari15"],
  charset: "utf8",
  legalComments: "linked",
  // fonts and pictures that the product's own styles name are served where they stand
  external: ["/static/*"],
  outdir: OUT,
  entryNames: "[name]",
  write: false,
}).catch(() => stop("bundling failed, see above"));

const files = bundled.outputFiles.map((file) => [file.path.split("/").pop(), Buffer.from(file.contents)]);

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const manifest = {};
for (const [name, contents] of files) {
  writeFileSync(join(OUT, name), contents);
  manifest[name] = createHash("sha256").update(contents).digest("hex").slice(0, 16);
}
// written last: make takes it as the sign that the bundle is whole
writeFileSync(join(OUT, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`built ${files.map(([name, contents]) => `${name} ${Math.round(contents.length / 1024)} KB`).join(", ")}`);
