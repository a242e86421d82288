import { AlertBox, type AlertBoxProps } from "./alert-box";
import { DangerIcon } from "./form-icons";

/** <Alert tone="danger"> alone: what a form says of itself when it failed, without the code of the other tones. Heard when it appears. */
export function DangerAlert(props: AlertBoxProps) {
  return <AlertBox role="alert" Icon={DangerIcon} color="text-danger" border="border-danger/45" {...props} />;
}
