"use client";

import { useTranslations } from "next-intl";
import { Field } from "./field";
import { FormDialog } from "./form-dialog";
import { Select } from "./select";
import { toast } from "./toast";

type Answer = { ok: true; data: unknown } | { ok: false; error: { message: string; fields?: Record<string, string> } };

type ShareDialogProps = {
  id: string;
  /** What it is called, or begins with. */
  name: string;
  /** With whom it is shared now. */
  organizationId: string | null;
  /** With whom it can be. */
  organizations: { id: string; name: string }[];
  /** An action that takes `id` and `organizationId`, empty to take it back. */
  action: (form: FormData) => Promise<Answer>;
  open: boolean;
  onClose: () => void;
};

/** Shares one thing with an organisation, or takes it back. Of what kind it is, its action knows. */
export function ShareDialog({ id, name, organizationId, organizations, action, open, onClose }: ShareDialogProps) {
  const t = useTranslations("sharing");
  const common = useTranslations("common");
  const share = async (form: FormData) => {
    const answer = await action(form);
    if (answer.ok) toast.success(form.get("organizationId") ? t("shared") : t("unshared"));
    return answer;
  };
  return (
    <FormDialog title={t("title", { name })} body={t("body")} label={common("save")} action={share} open={open} onClose={onClose}>
      {({ value, error }) => (
        <>
          <input type="hidden" name="id" value={id} />
          <Field id={`share-${id}`} label={t("with")} error={error("organizationId")}>
            {(control) => (
              <Select
                {...control}
                name="organizationId"
                defaultValue={value("organizationId") ?? organizationId ?? organizations[0]?.id ?? ""}
              >
                <option value="">{t("nobody")}</option>
                {organizations.map((organization) => (
                  <option key={organization.id} value={organization.id}>
                    {organization.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </>
      )}
    </FormDialog>
  );
}
