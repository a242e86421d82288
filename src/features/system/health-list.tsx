import { getLocale, getTranslations } from "next-intl/server";
import { type ReactNode, Suspense } from "react";
import type { Entry } from "@/access/entry";
import { freshnessLink } from "@/access/freshness";
import { getFormatter } from "@/i18n/formatter";
import { env } from "@/lib/env";
import { RelativeTime } from "@/ui/relative-time";
import { Skeleton } from "@/ui/skeleton";
import { HealthRow, type Tone } from "./health-row";
import { type Probe, probeDatabase, probeMail, probeStore } from "./probes";
import { getDatabase, getMigrations, getQueue } from "./queries";
import { release } from "./release";

const TONES: Record<Probe["state"], Tone> = { ok: "success", slow: "warning", down: "danger", off: "warning", shown: "neutral" };

/** What the site runs on, each part as soon as it has answered: one that does not holds up none of the others. */
export function HealthList({ entry, loading, label }: { entry: Entry; loading: string; label: string }) {
  const parts: ReactNode[] = [
    <Release key="release" />,
    <Database key="database" entry={entry} />,
    <Migrations key="migrations" entry={entry} />,
    <Store key="store" />,
    <Mail key="mail" />,
    <Workers key="workers" entry={entry} />,
    <Link key="link" />,
  ];
  return (
    <ul aria-label={label} className="divide-y rounded-lg border bg-surface">
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts are always these, in this order.
        <Suspense key={index} fallback={<Waiting label={loading} />}>
          {part}
        </Suspense>
      ))}
    </ul>
  );
}

function Waiting({ label }: { label: string }) {
  return (
    <li className="px-4 py-3.5" aria-busy="true" aria-label={label}>
      <Skeleton className="w-2/5" />
    </li>
  );
}

async function Release() {
  const [{ version, commit }, t, locale] = await Promise.all([release(), getTranslations("system"), getLocale()]);
  const started = Date.now() - process.uptime() * 1000;
  return (
    <HealthRow name={t("release")} tone="success" word={t("state.ok")}>
      {t.rich("releaseIs", {
        version: version ?? "–",
        commit: commit ?? "none",
        node: process.versions.node,
        time: () => <RelativeTime date={started} locale={locale} />,
      })}
    </HealthRow>
  );
}

async function Database({ entry }: { entry: Entry }) {
  const [probe, about, t, locale] = await Promise.all([probeDatabase(), getDatabase(entry), getTranslations("system"), getLocale()]);
  return (
    <HealthRow {...(await shown(probe))} name={t("database")} todo={probe.state === "down" && t("todo.database")}>
      {about && t.rich("databaseIs", { version: about.version, time: () => <RelativeTime date={about.startedAt} locale={locale} /> })}
    </HealthRow>
  );
}

async function Migrations({ entry }: { entry: Entry }) {
  const [found, t] = await Promise.all([getMigrations(entry), getTranslations("system")]);
  if (!found) return <HealthRow name={t("migrations")} tone="danger" word={t("state.unknown")} />;
  const { applied, last, pending, failed, newer } = found;
  const [tone, word]: [Tone, string] =
    failed.length > 0 ? ["danger", t("state.failed")] : pending.length > 0 ? ["warning", t("state.pending")] : ["success", t("state.ok")];
  const command = () => <code className="font-mono">npm run db:migrate -- resolve</code>;
  const todo = failed.length > 0 ? t.rich("todo.migrationFailed", { command }) : pending.length > 0 && t("todo.migrationPending");
  return (
    <HealthRow name={t("migrations")} tone={tone} word={word} todo={todo}>
      <p>{t("migrationsAre", { count: applied, last: last ?? "–" })}</p>
      {failed.length > 0 && <p>{t("migrationsFailed", { names: failed.join(", ") })}</p>}
      {pending.length > 0 && <p>{t("migrationsPending", { names: pending.join(", ") })}</p>}
      {newer.length > 0 && <p>{t("migrationsNewer", { names: newer.join(", ") })}</p>}
    </HealthRow>
  );
}

async function Store() {
  const [probe, t] = await Promise.all([probeStore(), getTranslations("system")]);
  return (
    <HealthRow {...(await shown(probe))} name={t("store")} todo={probe.state === "down" && t("todo.store")}>
      {t("storeIs", { provider: env().STORAGE_PROVIDER })}
    </HealthRow>
  );
}

async function Mail() {
  const [probe, t] = await Promise.all([probeMail(), getTranslations("system")]);
  const todo = { ok: null, slow: null, down: t("todo.mail"), off: t("todo.mailOff"), shown: t("todo.mailShown") }[probe.state];
  return (
    <HealthRow {...(await shown(probe))} name={t("mail")} todo={todo}>
      {probe.reason}
    </HealthRow>
  );
}

async function Workers({ entry }: { entry: Entry }) {
  const [queue, t, locale] = await Promise.all([getQueue(entry), getTranslations("system"), getLocale()]);
  if (!queue) return <HealthRow name={t("worker")} tone="danger" word={t("state.unknown")} />;
  const { alive, lastBeat } = queue;
  const done = alive.reduce((sum, worker) => sum + worker.done, 0);
  const failed = alive.reduce((sum, worker) => sum + worker.failed, 0);
  const isAlive = alive.length > 0;
  return (
    <HealthRow
      name={t("worker")}
      tone={isAlive ? "success" : "danger"}
      word={isAlive ? t("state.ok") : t("state.down")}
      todo={!isAlive && t("todo.worker")}
    >
      {isAlive && <p>{t("workersAre", { count: alive.length, done, failed })}</p>}
      {lastBeat && <p>{t.rich("lastBeat", { time: () => <RelativeTime date={lastBeat} locale={locale} /> })}</p>}
    </HealthRow>
  );
}

async function Link() {
  const [{ linked, lastHeard }, t, locale] = [freshnessLink(), await getTranslations("system"), await getLocale()];
  return (
    <HealthRow
      name={t("link")}
      tone={linked ? "success" : "danger"}
      word={linked ? t("state.ok") : t("state.down")}
      todo={!linked && t("todo.link")}
    >
      {lastHeard && t.rich("linkIs", { time: () => <RelativeTime date={lastHeard} locale={locale} /> })}
    </HealthRow>
  );
}

async function shown({ state, ms }: Probe): Promise<{ tone: Tone; word: string; latency: string | null }> {
  const [t, format] = await Promise.all([getTranslations("system"), getFormatter()]);
  const latency = ms === null ? null : format.number(ms, { style: "unit", unit: "millisecond" });
  return { tone: TONES[state], word: t(`state.${state}`), latency };
}
