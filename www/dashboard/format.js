// Numbers and times as they are shown. All times are in UTC.

const count = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const utc = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
const day = utc({ day: "numeric", month: "short" });
const dayAndYear = utc({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const clock = utc({ hour: "2-digit", minute: "2-digit" });
const clockWithSeconds = utc({ hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const counted = (number) => count.format(number);
export const shortCounted = (number) => short.format(number);

/** "1 page view", "2 page views". */
export const several = (number, one, many = `${one}s`) => `${counted(number)} ${number === 1 ? one : many}`;

/** The beginning of a bucket. `interval` is that of the report. */
export function bucketName(ms, interval) {
  if (interval === "day") return dayAndYear.format(ms);
  return `${day.format(ms)}, ${clock.format(ms)}`;
}

/** A mark of an axis; where they are closer than a day, midnight is named by the day that begins. */
export const tickName = (ms, stepSeconds) =>
  stepSeconds >= 86_400 || ms % 86_400_000 === 0 ? day.format(ms) : clock.format(ms);

export const timeOf = (iso) => clockWithSeconds.format(new Date(iso));
export const dayOf = (iso) => dayAndYear.format(new Date(iso));
export const momentOf = (iso) => `${day.format(new Date(iso))}, ${clock.format(new Date(iso))}`;

/** A span of time: "850 ms", "12 s", "3 min 5 s", "2 h 4 min". */
export function spanOf(ms) {
  const sign = ms < 0 ? "−" : "";
  const whole = Math.abs(ms);
  if (whole < 1_000) return `${sign}${whole} ms`;
  const seconds = Math.round(whole / 1_000);
  if (seconds < 60) return `${sign}${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${sign}${minutes} min${seconds % 60 ? ` ${seconds % 60} s` : ""}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${sign}${hours} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
  return `${sign}${Math.floor(hours / 24)} days`;
}
