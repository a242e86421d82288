"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { Alert } from "@/ui/alert";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Progress } from "@/ui/progress";
import { Select } from "@/ui/select";
import { checkImport, requestImport } from "./actions";
import { IMPORT_FORMATS, MAX_IMPORT_BYTES } from "./import/limits";

const MAX_MB = MAX_IMPORT_BYTES / 1_000_000;

/** Sends a file straight to the store, and has the worker look at it. */
export function ImportForm() {
  const t = useTranslations("imports");
  const router = useRouter();
  const [percent, setPercent] = useState<number | null>(null);
  const [problem, setProblem] = useState<{ field?: "file"; text: string } | null>(null);
  const sending = useRef(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const file = form.get("file");
    if (!(file instanceof File) || file.size === 0) return setProblem({ field: "file", text: t("chooseFile") });
    if (file.size > MAX_IMPORT_BYTES) return setProblem({ field: "file", text: t("tooLarge", { max: MAX_MB }) });
    if (sending.current) return;
    sending.current = true;
    setProblem(null);
    setPercent(0);
    const from = IMPORT_FORMATS.find((format) => format === form.get("from")) ?? "clerk";
    const sent = await send(file, { from, roles: form.get("roles") === "on" }, setPercent).catch(() => ({ text: t("interrupted") }));
    sending.current = false;
    setPercent(null);
    if ("id" in sent) return router.push(`/admin/jobs/${sent.id}`);
    setProblem(sent);
    // The page asks who it is instead, where that was too long ago.
    router.refresh();
  }

  return (
    <form onSubmit={submit} className="grid max-w-form gap-5" noValidate>
      {problem && !problem.field && <Alert tone="danger">{problem.text}</Alert>}
      <Field id="import-from" label={t("from")}>
        {(control) => (
          <Select {...control} name="from">
            {IMPORT_FORMATS.map((format) => (
              <option key={format} value={format}>
                {t(`formats.${format}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field id="import-file" label={t("file")} hint={t("fileHint", { max: MAX_MB })} error={problem?.field && problem.text}>
        {(control) => (
          <Input
            {...control}
            type="file"
            name="file"
            accept=".csv,.json,.jsonl,.ndjson,text/csv,application/json"
            className="ps-1.5 leading-11 file:me-3 file:rounded file:border-0 file:bg-hover file:px-2.5 file:py-1 file:font-medium file:text-sm sm:leading-9"
            required
          />
        )}
      </Field>
      <label className="flex items-center gap-2 text-body">
        <input type="checkbox" name="roles" className="size-4 accent-ember" />
        {t("roles")}
      </label>
      {percent !== null && <Progress value={percent} label={t("uploading")} />}
      <Button type="submit" variant="primary" pending={percent !== null} className="justify-self-start max-sm:w-full">
        {t("check")}
      </Button>
    </form>
  );
}

async function send(
  file: File,
  asked: { from: (typeof IMPORT_FORMATS)[number]; roles: boolean },
  onProgress: (percent: number) => void,
): Promise<{ id: string } | { text: string }> {
  const upload = await requestImport({ sizeBytes: file.size });
  if (!upload.ok) return { text: upload.error.message };
  await put(file, upload.data, onProgress);
  const checked = await checkImport({ ticket: upload.data.ticket, ...asked });
  return checked.ok ? { id: checked.data.id } : { text: checked.error.message };
}

/** XMLHttpRequest and not fetch: only it tells how much has left. */
function put(file: File, { url, headers }: { url: string; headers: Record<string, string> }, onProgress: (percent: number) => void) {
  return new Promise<void>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    // The browser sets the length itself, from the file, and refuses to have it set.
    for (const [name, value] of Object.entries(headers)) if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onProgress(Math.floor((100 * loaded) / file.size));
    request.onload = () => (request.status >= 200 && request.status < 300 ? resolve() : reject(new Error("refused")));
    request.onerror = () => reject(new Error("interrupted"));
    request.send(file);
  });
}
