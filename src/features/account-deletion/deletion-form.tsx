"use client";

import { requestDeletion } from "./actions";
import { ConfirmAddressForm } from "./confirm-address-form";

/** The end of one's own account. */
export function DeletionForm({ texts }: { texts: { confirm: string; hint: string; submit: string } }) {
  return <ConfirmAddressForm action={requestDeletion} id="deletion-address" texts={texts} />;
}
