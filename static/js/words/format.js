// @ts-check
/** Numbers, sizes and times in words: the same as webapp/dashboard/formatting.py says. */

const THIN_SPACE = "\u202f";

/** A number with its thousands separated. @param {number | bigint} n */
export const count = (n) =>
  String(typeof n === "bigint" ? n : Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ",");

/** A number of bytes in the unit that keeps it short. @param {number} octets */
export function size(octets) {
  if (octets < 1024) return `${Math.round(octets)}${THIN_SPACE}B`;
  let scaled = octets;
  let unit = "";
  for (unit of ["KiB", "MiB", "GiB", "TiB"]) {
    scaled /= 1024;
    if (scaled < 1024) break;
  }
  return `${scaled.toFixed(1)}${THIN_SPACE}${unit}`;
}

/** A length of time with the precision that one reads at that length. @param {number} microseconds */
export function duration(microseconds) {
  const milliseconds = Math.max(0, microseconds) / 1000;
  if (milliseconds < 1000)
    return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)}${THIN_SPACE}ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${(Math.floor(seconds * 10) / 10).toFixed(1)}${THIN_SPACE}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return `${minutes}${THIN_SPACE}min ${two(Math.floor(seconds) % 60)}${THIN_SPACE}s`;
  return `${Math.floor(minutes / 60)}${THIN_SPACE}h ${two(minutes % 60)}${THIN_SPACE}min`;
}

/** An age: as a duration, in whole seconds, so that it does not flicker. @param {number} microseconds */
export function age(microseconds) {
  const seconds = Math.max(0, Math.floor(microseconds / 1e6));
  return seconds < 60 ? `${seconds}${THIN_SPACE}s` : duration(seconds * 1e6);
}

/** How long a connection lasted, or how old it is. @param {{ opened: number, closed: number | null }} row @param {number} now */
export const lasted = ({ opened, closed }, now) =>
  closed === null ? age(now - opened) : duration(closed - opened);

/** The seconds from one time to another, both in microseconds. @param {number} time @param {number} since */
export function elapsed(time, since) {
  const seconds = (time - since) / 1e6;
  return (seconds < 0 ? "" : "+") + seconds.toFixed(3);
}

/** The time of day, UTC, to the millisecond. @param {number} time */
export const clock = (time) => new Date(Math.floor(time / 1000)).toISOString().slice(11, 23);

/** A time in full, UTC, to the microsecond. @param {number} time */
export function timestamp(time) {
  const second = new Date(Math.floor(time / 1e6) * 1000)
    .toISOString()
    .slice(0, 19)
    .replace("T", " ");
  return `${second}.${String(time % 1e6).padStart(6, "0")} UTC`;
}

/** What tells a connection's id from others of the same run. @param {string} id */
export const shortId = (id) => id.slice(id.lastIndexOf("-") + 1);

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/** So many of something. @param {number | bigint} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) =>
  `${count(n)} ${n === 1 || n === 1n ? one : many}`;

/** So many bytes, in full. @param {number | bigint} n */
export const bytes = (n) => plural(n, "byte");
