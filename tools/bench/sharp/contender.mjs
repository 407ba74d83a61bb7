// sharp, one file, one fresh process: prints what bench/contenders.py prints.
import { readFileSync, writeFileSync } from "node:fs";
import sharp from "sharp";

const [path, times, display = "2560"] = process.argv.slice(2);
sharp.cache(false);

async function work(path) {
  const box = { width: Number(display), height: Number(display), fit: "inside" };
  const { data, info } = await sharp(path)
    .autoOrient()
    .resize({ ...box, withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { raw: { width: info.width, height: info.height, channels: info.channels } };
  await sharp(data, raw).jpeg({ quality: 90, chromaSubsampling: "4:4:4" }).toBuffer();
  await sharp(data, raw).resize({ width: 300, height: 300, fit: "inside" }).webp({ quality: 85 })
    .toBuffer();
}

const status = (field) =>
  1024 * Number(readFileSync("/proc/self/status", "utf8").match(new RegExp(`${field}:\\s+(\\d+)`))[1]);

await work(path.replace(/(\.\w+)$/, "-small$1"));
const before = status("VmRSS");
writeFileSync("/proc/self/clear_refs", "5");
const seconds = [];
for (let time = 0; time < Number(times); time += 1) {
  const began = process.cpuUsage();
  await work(path);
  const { user, system } = process.cpuUsage(began);
  seconds.push((user + system) / 1e6);
}
console.log(JSON.stringify({ seconds, peak: status("VmHWM") - before }));
