// Bundles static/css/app.css and static/js/app.js into static/vendor/ and writes manifest.json with content hashes.
// Icons named in static/icons.txt (one Bootstrap Icons name per line) become one sprite, static/vendor/icons.svg.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const OUT = "static/vendor";
const INPUTS = { "app.css": "static/css/app.css", "app.js": "static/js/app.js" };

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

function sprite(names) {
  const symbols = names.map((name) => {
    const path = join("node_modules/bootstrap-icons/icons", `${name}.svg`);
    if (!existsSync(path)) stop(`static/icons.txt names ${name}, which Bootstrap Icons does not have`);
    const svg = readFileSync(path, "utf8");
    const body = svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 16 16">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

const files = bundled.outputFiles.map((file) => [file.path.split("/").pop(), Buffer.from(file.contents)]);
if (existsSync("static/icons.txt")) {
  const names = readFileSync("static/icons.txt", "utf8").split("\n").map((line) => line.trim());
  files.push(["icons.svg", Buffer.from(sprite([...new Set(names.filter((name) => name && !name.startsWith("#")))].sort()))]);
}

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
