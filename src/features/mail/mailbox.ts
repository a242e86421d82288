import "server-only";
import { headers } from "next/headers";
import { z } from "zod";
import type { Visitor } from "@/access/entry";
import { isLocale } from "@/i18n/locale";
import { db } from "@/lib/db";
import { readMailContent } from "@/lib/mail-props";
import { isOwnMachine } from "@/lib/own-machine";
import { write } from "./letter";
import { MARK_CID, MARK_PNG } from "./mark";
import type { RenderedMail } from "./render";

const SHOWN = 100;
const SELECT = { id: true, to: true, template: true, locale: true, props: true, createdAt: true } as const;

interface Row {
  id: string;
  to: string;
  template: string;
  locale: string;
  props: unknown;
  createdAt: Date;
}
export interface MailboxRow extends Pick<Row, "id" | "to" | "createdAt"> {
  subject: string;
}
/** `rendered` is null where the content is no longer kept. */
export interface MailboxMail extends MailboxRow {
  rendered: RenderedMail | null;
}

/** The newest mails of the outbox; null wherever the mailbox is closed. */
export async function listMailbox(visitor: Visitor): Promise<MailboxRow[] | null> {
  if (!(await isMailboxOpen(visitor))) return null;
  const rows = await db().mail.findMany({ select: SELECT, orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: SHOWN });
  return Promise.all(rows.map(withSubject));
}

/** One mail as it would be sent; null wherever the mailbox is closed, and for an id that is none. */
export async function readMailbox(visitor: Visitor, id: unknown): Promise<MailboxMail | null> {
  const known = z.uuid().safeParse(id);
  if (!known.success || !(await isMailboxOpen(visitor))) return null;
  const row = await db().mail.findUnique({ where: { id: known.data }, select: SELECT });
  return row && { ...(await withSubject(row)), rendered: await rendered(row) };
}

/** Whether this visitor may read everybody's mail, links for new passwords included. */
export async function isMailboxOpen({ ip }: Visitor): Promise<boolean> {
  return isOwnMachine(ip, (await headers()).get("x-forwarded-host"));
}

/**
 * The HTML part as a frame within this site can show it: the policy of the page reaches into the frame and allows no `style`
 * attributes, so they become rules of a sheet that has the page's nonce.
 */
export function framed(html: string, nonce: string): string {
  const rules: string[] = [];
  const attribute = `nonce="${nonce}"`;
  const body = html.replace(/<([a-z][a-z0-9]*)([^<>]*?) style="([^"]*)"/gi, (_, tag: string, before: string, style: string) => {
    rules.push(`[data-rule="${rules.length}"]{${unescaped(style)}}`);
    return `<${tag}${before} data-rule="${rules.length - 1}"`;
  });
  return body
    .replace("</head>", `<style ${attribute}>${rules.join("\n")}</style></head>`)
    .replace(/<style>/g, `<style ${attribute}>`)
    .replaceAll(`cid:${MARK_CID}`, `data:image/png;base64,${MARK_PNG}`);
}

async function withSubject(row: Row): Promise<MailboxRow> {
  const { id, to, createdAt, template } = row;
  return { id, to, createdAt, subject: (await letterOf(row))?.subject ?? template };
}

async function letterOf({ template, props, locale }: Row) {
  try {
    return await write(readMailContent(template, props), isLocale(locale) ? locale : "en");
  } catch {
    // Sent while there was a mail server, so that its content is gone.
    return null;
  }
}

async function rendered({ template, props, locale }: Row): Promise<RenderedMail | null> {
  const { renderMail } = await import("./render");
  try {
    return await renderMail(readMailContent(template, props), isLocale(locale) ? locale : "en");
  } catch {
    return null;
  }
}

/** A style attribute's text as CSS; React wrote it, and escapes these five. */
function unescaped(attribute: string): string {
  const signs: Record<string, string> = { "&quot;": '"', "&#x27;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&" };
  return attribute.replace(/&(?:quot|#x27|lt|gt|amp);/g, (sign) => signs[sign] ?? sign);
}
