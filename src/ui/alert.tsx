import { AlertBox, type AlertBoxProps } from "./alert-box";
import { DangerAlert } from "./danger-alert";
import { InfoIcon, SuccessIcon, WarningIcon } from "./notice-icons";

const TONES = {
  warning: { Icon: WarningIcon, color: "text-warning", border: "border-warning/45" },
  info: { Icon: InfoIcon, color: "text-info", border: "border-info/45" },
  success: { Icon: SuccessIcon, color: "text-success", border: "border-success/45" },
};

/**
 * A message in the page. `role="alert"` (danger) and `role="status"` make it heard when it appears after loading.
 */
export function Alert({ tone = "info", ...props }: AlertBoxProps & { tone?: "danger" | keyof typeof TONES }) {
  return tone === "danger" ? <DangerAlert {...props} /> : <AlertBox role="status" {...TONES[tone]} {...props} />;
}
