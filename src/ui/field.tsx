import type { ReactNode } from "react";
import { cn } from "./cn";
import { DangerIcon } from "./form-icons";
import { Label } from "./label";

/** What a control must carry to belong to its field: spread it on the control. */
export type FieldControl = { id: string; "aria-describedby"?: string; "aria-invalid"?: true };

type FieldProps = {
  id: string;
  label: ReactNode;
  /** Stands under the control and is read with it. */
  hint?: ReactNode;
  /** What is wrong and what to do; replaces nothing, so the hint stays readable while mending. */
  error?: ReactNode;
  /** Beside the label at the end of the line: "Optional", or a link such as "Forgot password". */
  aside?: ReactNode;
  className?: string;
  children: (control: FieldControl) => ReactNode;
};

/** Label, control, hint and error, tied together for screen readers. */
export function Field({ id, label, hint, error, aside, className, children }: FieldProps) {
  const describedBy = [error ? `${id}-error` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  return (
    <div
      data-slot="field"
      data-invalid={error ? true : undefined}
      className={cn("grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1.5 has-data-mended:*:data-[slot=field-error]:hidden", className)}
    >
      <Label htmlFor={id} className={cn("row-start-1", !aside && "col-span-2")}>
        {label}
      </Label>
      <div className="col-span-2 row-start-2 grid">
        {children({ id, ...(describedBy && { "aria-describedby": describedBy }), ...(error ? { "aria-invalid": true } : {}) })}
      </div>
      {/* After the control, so that Tab goes from one field to the next; beside the label, where it is seen. */}
      {aside && <span className="col-start-2 row-start-1 self-baseline text-muted text-sm">{aside}</span>}
      {error && (
        <p id={`${id}-error`} data-slot="field-error" className="col-span-2 flex gap-1.5 text-danger text-sm">
          <DangerIcon className="mt-0.5 size-4 shrink-0" />
          <span>{error}</span>
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} data-slot="field-hint" className="col-span-2 text-muted text-sm">
          {hint}
        </p>
      )}
    </div>
  );
}
